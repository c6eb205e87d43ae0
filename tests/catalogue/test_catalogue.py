"""The catalogue: its files are whole, it is found in every language, and a stranger with a listed name is noticed."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.catalogue.checking import Doubt, check
from bot.catalogue.entries import CatalogueError, catalogue_of, shipped
from bot.catalogue.searching import LONGEST, search
from bot.language.languages import LANGUAGES
from bot.model.account import Account
from bot.sources.registry import kinds

POLICE = Account("weibo", "1288915263", "平安北京", "https://weibo.com/u/1288915263", verified="北京市公安局官方微博")


def ids(text):
    return [entry.id for entry in search(shipped(), text)]


def test_kinds_and_places_have_words_in_every_language():
    words = shipped().words
    for table in (words.kinds, words.places):
        for name, said in table.items():
            assert set(said) == set(LANGUAGES), name
            assert all(each and all(word == word.strip() != "" for word in each) for each in said.values()), name
    for entry in shipped().entries:
        for language in LANGUAGES:
            assert all(words.place(place, language) for place in entry.places)


def test_every_account_is_of_a_kind_that_can_be_watched_and_has_names():
    for entry in shipped().entries:
        assert {ref.kind for ref in entry.accounts} <= kinds(), entry.id
        assert {"own", "en"} <= set(entry.names), entry.id
        assert set(entry.names) <= {"own", *LANGUAGES}, entry.id
        # an id stands in a button's 64 bytes
        assert len(entry.id) <= 40
        assert entry.id.replace("-", "").isalnum()


@pytest.mark.parametrize(
    "text",
    [
        "beijing police",
        "Police, BEIJING",
        "北京警方",
        "北京 警察",
        "平安北京",
        "policía pekín",
        "policia pekin",
        "police pékin",
        "polizei peking",
        "полиция пекин",
        "警察 北京",
        "베이징 경찰",
        "شرطة بكين",
        "बीजिंग पुलिस",
        "polícia pequim",
        "safe beij",
    ],
)
def test_the_police_of_beijing_is_found_first_in_every_language(text):
    assert ids(text)[:1] == ["beijing-police"]


def test_traditional_characters_find_what_is_written_in_simplified_ones():
    assert ids("中國地震台網速報") == ["china-earthquakes"]
    assert ids("廣州公安") == ["guangzhou-police"]


def test_confirmed_ones_come_before_others_and_every_word_must_fit():
    assert ids("china government")[0] == "beijing-city"
    assert ids("beijing fire") == []
    assert ids("be") == []
    assert ids("") == ids("  ") == ids("???") == []


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=2 * LONGEST))
def test_any_text_is_searched_for(text):
    assert len(search(shipped(), text)) <= 5


def test_what_fits_raises_no_doubt():
    checked = check(shipped(), POLICE)
    assert checked.entry.id == "beijing-police"
    assert checked.doubts == ()


@pytest.mark.parametrize(
    ("account", "doubts"),
    [
        (replace(POLICE, name="某某娱乐"), (Doubt.RENAMED,)),
        (replace(POLICE, verified=""), (Doubt.UNVOUCHED,)),
        (replace(POLICE, key="999"), (Doubt.NAMESAKE,)),
        (replace(POLICE, key="999", name="Ｐ平安北京"), None),
        (replace(POLICE, kind="feed", key="https://a.example/"), None),
        (Account("weibo", "5", "", ""), None),
    ],
)
def test_what_does_not_fit_is_noticed(account, doubts):
    checked = check(shipped(), account)
    assert (checked.doubts if checked else None) == doubts


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "circus"}, "a: its kind"),
        ({"places": ["atlantis"]}, "no place 'atlantis'"),
        ({"accounts": []}, "a: its kind"),
        ({"accounts": [{"kind": "weibo"}]}, "a: "),
        ({"names": {"en": "A"}}, "own name"),
    ],
)
def test_a_wrong_entry_is_named(change, words):
    entry = {
        "id": "a",
        "kind": "police",
        "places": ["CN"],
        "names": {"own": "A"},
        "accounts": [{"kind": "weibo", "key": "1"}],
        "confirmed": "",
    }
    table = {"kinds": {"police": {"en": ["police"]}}, "places": {}}
    assert len(catalogue_of(table, {"entry": [entry]}).entries) == 1
    with pytest.raises(CatalogueError, match=words):
        catalogue_of(table, {"entry": [{**entry, **change}]})
    with pytest.raises(CatalogueError, match="listed twice: a"):
        catalogue_of(table, {"entry": [entry, {**entry, "accounts": [{"kind": "weibo", "key": "2"}]}]})
