import ast
import re
from pathlib import Path

import pytest
from locales.speech import forms, placeholders, sentences, wanted
from opencc import OpenCC

import bot
from bot.chat.menu import FOR_OPERATORS, SHOWN
from bot.language.languages import LANGUAGES
from bot.locales import SOURCE, AtLeast, PhraseError, Phrases, _load, available, best_match, phrases
from bot.locales.conventions import conventions
from bot.model.reason import VALUES, Cause
from bot.model.vouching import INSIDE, Vouching

ROOT = Path(bot.__file__).parent
KEY = re.compile(r"[a-z]+(\.[a-z_]+)+")
#: Calls whose first text is a key.
ASKED_WITH = {"phrases", "phrase", "line", "tell", "speak", "template", "pieces"}
#: A mark's phrase has a second one beside it, for the reply that tells of the mark (delivery).
REPLY = "_reply"
TABLES = {key.partition(".")[0] for key in _load(SOURCE)}


def used_keys():
    """Every text in the code that has the form of a key and begins with the name of one of our tables."""
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            text = node.value if isinstance(node, ast.Constant) else None
            # "words.toml" is a file
            if (
                isinstance(text, str)
                and KEY.fullmatch(text)
                and text.partition(".")[0] in TABLES
                and text[-5:] != ".toml"
            ):
                yield text, f"{path.relative_to(ROOT)}:{node.lineno}"


def calls_with_values():
    """(key, names of the values given, where) of calls such as say.line("list.page", page=1, pages=2)."""
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or any(keyword.arg is None for keyword in node.keywords):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            keys = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            keys = [key for key in keys if key in phrases(SOURCE)]
            if name in ASKED_WITH and keys:
                yield keys[0], {keyword.arg for keyword in node.keywords}, f"{path.relative_to(ROOT)}:{node.lineno}"


def test_the_languages_that_are_promised_are_there():
    assert available()[0] == "en"
    assert set(available()) == set(LANGUAGES)


@pytest.mark.parametrize(("language", "way", "both"), [("zh-Hans", "t2s", ""), ("zh-Hant", "s2tw", "台")])
def test_no_character_of_the_other_script_has_slipped_in(language, way, both):
    convert = OpenCC(way).convert
    slips = {
        (name, char)
        for name, text in sentences(language).items()
        for char, other in zip(text, convert(text), strict=True)
        if char != other and char not in both
    }
    assert slips == set()


@pytest.mark.parametrize("language", available())
def test_every_language_has_the_same_keys_and_placeholders(language):
    assert sorted(_load(language)) == sorted(_load(SOURCE))
    wrong = {
        name: placeholders(text) ^ wanted(name[0])
        for name, text in sentences(language).items()
        if placeholders(text) != wanted(name[0])
    }
    assert wrong == {}
    assert [name for name, text in sentences(language).items() if not text.strip() == text != ""] == []


@pytest.mark.parametrize("language", available())
def test_what_depends_on_a_number_is_said_in_each_plural_form_of_the_language_and_in_no_other(language):
    tables = {key: set(said) for key, said in _load(language).items() if not isinstance(said, str)}
    assert tables == {
        key: conventions(language).categories for key, said in _load(SOURCE).items() if said != str(said)
    }
    assert all("count" in wanted(key) for key in tables)


@pytest.mark.parametrize("language", available())
def test_placeholders_are_plain_names(language):
    # "{name!r:>30}" or "{0}" would say something else than the value
    braces = {name: re.findall(r"[{][^}]*[}]|[{}]", text) for name, text in sentences(language).items()}
    wrong = {name: found for name, found in braces.items() if not all(re.fullmatch("[{][a-z]+[}]", f) for f in found)}
    assert wrong == {}


@pytest.mark.parametrize("language", available())
def test_commands_links_and_signs_are_those_of_the_source(language):
    """What a reader types, opens or knows by its sign is never translated; it may stand elsewhere in the sentence."""
    kept = re.compile(r"(?<![\w/])/[a-z]+|https?://[\w./-]+|@平安北京|tocsin [a-z ]+[a-z]|[⚠✅⬆⬇↪📊]")
    source = {key: sorted(kept.findall(next(text for _, text in forms(said)))) for key, said in _load(SOURCE).items()}
    wrong = {
        name: (sorted(kept.findall(text)), source[name[0]])
        for name, text in sentences(language).items()
        if sorted(kept.findall(text)) != source[name[0]]
    }
    assert wrong == {}


@pytest.mark.parametrize("language", available())
def test_numbers_in_a_sentence_are_those_of_the_source(language):
    def digits(text):
        return sorted(re.findall(r"[0-9]+", text))

    source = {key: digits(next(text for _, text in forms(said))) for key, said in _load(SOURCE).items()}
    wrong = {name: digits(text) for name, text in sentences(language).items() if digits(text) != source[name[0]]}
    assert wrong == {}


@pytest.mark.parametrize("language", available())
def test_what_stands_on_buttons_and_menus_is_short_enough(language):
    for (key, _), text in sentences(language).items():
        if key.startswith("menu."):
            assert 1 <= len(text) <= 256  # Bot API, BotCommand.description
            assert len(text) <= 60, "a phone shows one line"
        if key.startswith("common."):
            assert len(text) <= 200  # Bot API, answerCallbackQuery
        if key.startswith("button."):
            assert len(re.sub("[{].*?[}]", "", text)) <= 24, "a name has to stand beside it"
        if key.startswith("severity."):
            assert len(text) <= 40


@pytest.mark.parametrize("language", available())
def test_every_command_of_the_menu_and_of_the_help_is_described(language):
    assert all(f"menu.{name}" in phrases(language) for name in SHOWN + FOR_OPERATORS)
    described = set(re.findall("/([a-z]+)", phrases(language)("help.text") + phrases(language)("help.operators")))
    assert described == set(SHOWN + FOR_OPERATORS) - {"help"}


#: What is rightly said as in English: (language, key). Everything else that is the same was forgotten.
AS_IN_ENGLISH = {
    *((language, key) for language in ("de", "es", "fr", "pt") for key in ("message.original", "subscribe.original")),
    *((language, "place.distance") for language in ("de", "es", "fr", "pt")),
    ("de", "message.video"),
    ("fr", "stats.urgent"),
    ("fr", "vouched.organisation"),
}
#: English words that none of our other languages in Latin letters has.
ENGLISH_WORDS = re.compile(r"(?i)\b(the|and|this|that|with|which|what|from|you|your|here|please|send|followed)\b")


@pytest.mark.parametrize("language", [tag for tag in available() if tag != SOURCE])
def test_nothing_was_left_in_english(language):
    letters = re.compile(r"[^\W\d_]")
    english = sentences(SOURCE)
    left = {
        (language, key)
        for (key, category), text in sentences(language).items()
        if text in {english.get((key, category)), english.get((key, "other"))}
        # "{name} ({count})" has no words
        and letters.search(re.sub("[{].*?[}]", "", text))
    }
    assert left == {pair for pair in AS_IN_ENGLISH if pair[0] == language}
    assert {
        name: text
        for name, text in sentences(language).items()
        if ENGLISH_WORDS.search(re.sub("[{].*?[}]", "", text))
    } == {}


#: Letters that a language in another script may have besides its own: names, /commands, links, placeholders.
FOREIGN = re.compile(
    r"/[a-z]+|https?://\S+|@\w+|[{]\w+[}]|tocsin [a-z ]+|Telegram|Weibo|HTTP|OPML|MB|CAP\b|UTC|Tocsin|Mastodon|Bluesky|YouTube"
)
OTHER_SCRIPTS = ("zh", "ru", "ja", "ko", "ar", "hi")


@pytest.mark.parametrize("language", [tag for tag in available() if tag.startswith(OTHER_SCRIPTS)])
def test_no_english_word_stands_in_a_sentence_of_another_script(language):
    left = {
        name: found
        for name, text in sentences(language).items()
        if (found := re.findall("[A-Za-z]{2,}", FOREIGN.sub("", text)))
    }
    assert left == {}


@pytest.mark.parametrize("language", available())
def test_every_language_names_itself_by_a_name_of_its_own(language):
    names = [phrases(tag)("language.name") for tag in available()]
    assert names.count(phrases(language)("language.name")) == 1
    # CLDR's name of the language begins alike: "Deutsch", "português", "简体中文" has "中文"
    own = Phrases(language, {}, {}).conventions.name
    assert (
        phrases(language)("language.name").casefold() in own.casefold()
        or own.casefold() in phrases(language)("language.name").casefold()
    )


def test_no_unknown_key_is_asked_for():
    spoken = phrases(SOURCE)
    unknown = [(key, where) for key, where in used_keys() if key not in spoken and f"{key}{REPLY}" not in spoken]
    assert unknown == []


def test_every_call_gives_the_values_that_its_phrase_wants():
    calls = list(calls_with_values())
    assert len(calls) > 30
    wrong = [(key, where, wanted(key) ^ given) for key, given, where in calls if wanted(key) - given]
    assert wrong == []


def test_no_key_stands_unused():
    used = {key for key, _ in used_keys()}
    used |= {f"{key}{REPLY}" for key in used}
    # keys made of two parts in the code: menu.NAME of each command, severity.LEVEL, trouble.CAUSE, action.ACTION,
    # vouched.VOUCHING
    made = {key for key in _load(SOURCE) if key.startswith(("menu.", "severity.", "trouble.", "action.", "vouched."))}
    assert sorted(set(_load(SOURCE)) - used - made) == []


@pytest.mark.parametrize("language", available())
def test_every_cause_of_trouble_has_its_sentence_and_gives_it_its_values(language):
    ours = {name: text for name, text in sentences(language).items() if name[0].startswith("trouble.")}
    assert {key: placeholders(text) for (key, _), text in ours.items()} == {
        f"trouble.{cause.value}": set(VALUES.get(cause, ())) for cause in Cause
    }
    # a frightened reader is told by a whole sentence, never by an operator's setting
    assert all(text.endswith((".", "。", "।")) and "TOCSIN" not in text for text in ours.values())


@pytest.mark.parametrize("language", available())
def test_all_that_a_platform_may_vouch_for_has_its_name(language):
    ours = {key: placeholders(text) for (key, _), text in sentences(language).items() if key.startswith("vouched.")}
    assert ours.pop("vouched.words") == {"what", "words"}
    assert ours == {f"vouched.{each.name.lower()}": {"words"} if each in INSIDE else set() for each in Vouching}


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        ("en", "en"),
        ("en-GB", "en"),
        ("zh", "zh-Hans"),
        ("zh-CN", "zh-Hans"),
        ("zh_SG", "zh-Hans"),
        ("zh-hans-CN", "zh-Hans"),
        ("es-MX", "es"),
        ("pt-BR", "pt"),
        ("fr_CA", "fr"),
        ("de-AT", "de"),
        ("xx", ""),
        ("", ""),
        ("-", ""),
        ("zh-TW", "zh-Hant"),
        ("zh-hk", "zh-Hant"),
        ("zh_MO", "zh-Hant"),
        ("zh-Hant-HK", "zh-Hant"),
        ("yue-HK", "zh-Hant"),
    ],
)
def test_the_language_that_serves_a_reader_best(asked, spoken):
    assert best_match(asked) == spoken
    assert phrases(asked).language == (spoken or "en")


def test_an_unknown_key_is_a_slip_and_says_so():
    with pytest.raises(PhraseError, match=r"no\.such"):
        phrases("en")("no.such")


def test_values_are_plain_text():
    assert phrases("en")("subscribe.done", name="{x} {name}") == "{x} {name} is followed here now."


@pytest.mark.parametrize(("count", "words"), [(1, "1 hour"), (2, "2 hours"), (0, "0 hours"), (1234, "1,234 hours")])
def test_a_sentence_with_a_number_agrees_with_it(count, words):
    assert phrases("en")("stats.title", count=count) == f"📊 The last {words}"


def test_a_number_of_which_only_a_bound_is_known_says_so():
    assert phrases("en")("message.forwarded", count=AtLeast(100_000)) == "forwarded 100,000+ times"
    assert phrases("es")("message.forwarded", count=AtLeast(1_000_000)) == "reenviado 1.000.000+ de veces"


@pytest.mark.parametrize(
    ("count", "category"),
    [(1, "one"), (21, "one"), (2, "few"), (24, "few"), (5, "many"), (11, "many"), (111, "many")],
)
def test_each_plural_form_of_a_language_is_found_by_its_own_rule(count, category):
    forms = {name: f"{name} {{count}}" for name in ("one", "few", "many", "other")}
    says = Phrases("ru", {"x": forms}, {"x": {"one": "1", "other": "other"}})
    assert says("x", count=count) == f"{category} {count}"
    assert says.template("x") == "other {count}"
    assert "".join(literal for literal, _ in says.pieces("x", count)) == f"{category} "


def test_a_language_without_the_sentence_says_it_in_english_by_the_english_rule():
    says = Phrases("ja", {}, {"x": {"one": "one {count}", "other": "other {count}"}})
    assert [says("x", count=count) for count in (1, 2)] == ["one 1", "other 2"]


def test_a_category_that_a_file_lacks_is_said_by_the_other():
    assert Phrases("ru", {"x": {"other": "{count}"}}, {})("x", count=1234) == "1\xa0234"
