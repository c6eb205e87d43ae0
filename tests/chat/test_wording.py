import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.chat.wording import MESSAGE_LIMIT, Mark, Say, excerpt, linked, named, packed, together
from bot.delivery.face import Span, Styled
from bot.delivery.writing import units
from bot.locales import phrases
from bot.locales.directions import CLOSE, OPEN
from bot.model.account import Account
from bot.model.post import Post


def shown(styled, span):
    raw = styled.text.encode("utf-16-le", "surrogatepass")
    return raw[2 * span.offset : 2 * (span.offset + span.length)].decode("utf-16-le", "surrogatepass")


def test_a_marked_value_keeps_its_look_behind_characters_of_two_units():
    say = Say(phrases("en")).add("🚨🚨 ").phrase("subscribe.done", name=Mark("北京🌧", "bold"))
    styled = say.styled()
    assert styled.text == "🚨🚨 北京🌧 is followed here now."
    assert [shown(styled, span) for span in styled.spans] == ["北京🌧"]


def test_braces_in_a_name_stay_what_they_are():
    styled = Say(phrases("en")).phrase("subscribe.done", name="{name} {0} %s").styled()
    assert styled.text.startswith("{name} {0} %s is")


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "https://", "http://[::1", "", "tg://resolve?domain=x", "https://a b/"]
)
def test_an_address_that_no_browser_opens_is_no_link(url):
    assert linked("x", url) == Mark("x", "bold")


def test_a_nameless_account_is_called_by_its_key():
    assert named(Account("feed", "https://x.example/feed", "", "https://x.example/")).text == "https://x.example/feed"


def test_blocks_are_packed_without_being_torn():
    blocks = [Styled(f"{n:04d}" + "字" * 996, (Span("bold", 0, 4),)) for n in range(10)]
    messages = packed(blocks)
    assert [units(message.text) <= MESSAGE_LIMIT for message in messages] == [True] * len(messages)
    found = [shown(message, span) for message in messages for span in message.spans]
    assert found == [f"{n:04d}" for n in range(10)]


def test_an_excerpt_has_the_title_once():
    assert excerpt(Post("feed", "a", "1", "Storm. Stay in.", "u", title="Storm")) == "Storm. Stay in."
    assert excerpt(Post("feed", "a", "1", "Stay in.", "u", title="Storm")) == "Storm\nStay in."
    assert excerpt(Post("feed", "a", "1", "", "u", title="Storm")) == "Storm"
    assert excerpt(Post("feed", "a", "1", " ", "u"))


anything = st.text(st.characters(codec=None), max_size=400)


@settings(max_examples=100, deadline=None)
@given(name=anything, url=anything, text=anything, title=anything)
def test_no_foreign_words_move_an_entity_or_outgrow_their_bounds(name, url, text, title):
    mark = named(Account("feed", "k", name, url))
    quote = excerpt(Post("feed", "a", "1", text, url, title=title))
    styled = together(
        [
            Say(phrases("en")).phrase("subscribe.done", name=mark).styled(),
            Say(phrases("zh-Hans")).add(Mark(quote, "blockquote")).styled(),
        ]
    )
    assert [shown(styled, span) for span in styled.spans] == [mark.text, quote]
    assert mark.text == mark.text.strip() != ""
    assert len(quote) <= 300 + quote.count("\u2060")
    assert "\n" not in mark.text
    # a name that runs from right to left is set apart by us, never by itself
    ours = styled.text.replace(f"{OPEN}{mark.text}{CLOSE}", mark.text)
    assert not set(ours) & set(f"\u202a\u202b\u202d\u202e\u2066\u2067{OPEN}{CLOSE}\u0000")
    styled.text.encode("utf-8")  # no half of a surrogate pair is left
