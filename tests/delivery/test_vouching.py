"""What a platform vouches for, as a reader sees it: as what in the reader's language, the platform's words untouched."""

import re
from dataclasses import replace

import pytest

from bot.delivery.composing import compose
from bot.delivery.vouching import vouched
from bot.locales import SOURCE, available, phrases
from bot.locales.directions import CLOSE, OPEN
from bot.model.account import Account
from bot.model.post import Post, Revision, RevisionKind
from bot.model.vouching import INSIDE, Vouching, spelt

OFFICE = "北京市公安局官方微博"
POLICE = Account("weibo", "1", "平安北京", "https://weibo.com/u/1", verified=spelt(Vouching.GOVERNMENT, OFFICE))
REVISION = Revision(Post("weibo", "1", "1", "大雨", "https://weibo.com/1/1"), 1, RevisionKind.NEW)


def bare(text: str) -> str:
    return text.replace(OPEN, "").replace(CLOSE, "")


@pytest.mark.parametrize("language", [tag for tag in available() if tag != SOURCE])
@pytest.mark.parametrize("vouching", Vouching)
def test_each_is_said_in_every_language_around_the_platforms_own_words(language, vouching):
    said = bare(vouched(replace(POLICE, verified=spelt(vouching, OFFICE)), phrases(language), 80))
    assert OFFICE in said
    ours = said.replace(OFFICE, "").strip()
    assert ours
    if vouching not in INSIDE:
        alone = bare(vouched(replace(POLICE, verified=spelt(vouching)), phrases(language), 80))
        assert ours.rstrip(":： \xa0") == alone
    # two kinds are never called alike
    key = f"vouched.{vouching.name.lower()}"
    same = [
        other
        for other in Vouching
        if phrases(language).template(f"vouched.{other.name.lower()}") == phrases(language).template(key)
    ]
    assert same == [vouching]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", f"平安北京 · government: {OFFICE}"),
        ("zh-Hans", f"平安北京 · 政府机构：{OFFICE}"),
        ("fr", f"平安北京 · organisme public\xa0: {OFFICE}"),
    ],
)
def test_an_alert_names_it_beside_the_account(language, line):
    assert compose(REVISION, POLICE, phrases(language)).text.split("\n")[1] == line


def test_among_letters_that_run_back_the_platforms_words_are_set_apart():
    line = compose(REVISION, POLICE, phrases("ar")).text.split("\n")[1]
    assert f"{OPEN}{OFFICE}{CLOSE}" in line
    assert "جهة حكومية" in line
    assert line.count(OPEN) == line.count(CLOSE)
    arabic = replace(POLICE, verified=spelt(Vouching.GOVERNMENT, "مديرية الأمن"))
    assert f"government: {OPEN}مديرية الأمن{CLOSE}" in compose(REVISION, arabic, phrases("en")).text


def test_words_alone_are_shown_as_they_are_and_set_apart():
    alone = replace(POLICE, verified=OFFICE)
    assert vouched(alone, phrases("de"), 80) == OFFICE
    assert f" · {OPEN}{OFFICE}{CLOSE}\n" in compose(REVISION, alone, phrases("ar")).text
    assert vouched(replace(POLICE, verified=""), phrases("de"), 80) == ""


def test_hostile_words_are_harmless_and_bounded():
    evil = replace(POLICE, verified=spelt(Vouching.GOVERNMENT, "@admin \u202e{x} " + "长" * 500))
    said = vouched(evil, phrases("en"), 80)
    assert len(said) <= len("government: ") + 81
    assert "\u202e" not in said
    assert not re.search("@[a-z]", said)
    assert "{x}" in said
