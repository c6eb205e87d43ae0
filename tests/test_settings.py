"""Settings: the contract of names, the one line for a wrong one, and no secret in any of it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import (
    PREFIX,
    TRANSLATORS,
    Settings,
    SettingsError,
    language_options,
    load_settings,
    secrets,
    takes,
    unknown_names,
)

ROOT = Path(__file__).parents[1]
CONTRACT = """TELEGRAM_TOKEN TELEGRAM_API_URL DATABASE_URL ADMIN_IDS POLL_SECONDS SITE_GAP_SECONDS
ALLOWED_PRIVATE_HOSTS WEIBO_URL WEIBO_VISITOR_URL WEIBO_WEB_URL WEIBO_COOKIE DEFAULT_LANGUAGE LOG_FORMAT CONTACT
UNSURE ONE_EVENT MAPS MESSAGES_PER_SECOND PAID_MESSAGES_PER_SECOND PAID_STARS_A_DAY PAID_FROM TELEGRAM_TIMEOUT_SECONDS
HEALTH_ADDRESS REPORTS_CHAT
TRANSLATORS TRANSLATE_SECONDS OPENAI_URL OPENAI_KEY OPENAI_MODEL SUMMARIES DEEPL_KEY DEEPL_URL LIBRETRANSLATE_URL LIBRETRANSLATE_KEY
GOOGLE_KEY GOOGLE_URL AZURE_KEY AZURE_REGION AZURE_URL OFFLINE_MODELS
CATALOGUE RSSHUB_URL RSSHUB_KEY PUBLIC_URL MASTODON_URL MASTODON_TOKEN"""


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith(PREFIX):
            monkeypatch.delenv(name)


def test_the_names_are_the_contract():
    assert {name.upper() for name in Settings.model_fields} == set(CONTRACT.split())


def test_without_any_setting_the_defaults_are_the_real_world():
    settings = load_settings()
    assert settings.telegram_api_url == "https://api.telegram.org"
    assert settings.database_url.get_secret_value() == "sqlite+aiosqlite:///tocsin.db"
    assert (settings.weibo_url, settings.weibo_visitor_url, settings.weibo_web_url) == (
        "https://m.weibo.cn",
        "https://visitor.passport.weibo.cn",
        "https://weibo.com",
    )
    assert settings.poll_seconds is None
    assert settings.default_language == "en"


def test_an_env_file_is_read_and_the_environment_wins(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("TOCSIN_CONTACT=ops@example.org\nTOCSIN_POLL_SECONDS=5\n", encoding="utf-8")
    monkeypatch.setenv("TOCSIN_POLL_SECONDS", "7")
    settings = load_settings()
    assert settings.contact == "ops@example.org"
    assert settings.poll_seconds == 7


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TELEGRAM_TOKEN", "sesame-1234567"),
        ("TELEGRAM_API_URL", "ftp://somewhere"),
        ("DATABASE_URL", "mysql://root:sesame-1234567@db/x"),
        ("ADMIN_IDS", "12,anna"),
        ("POLL_SECONDS", "soon"),
        ("POLL_SECONDS", "0"),
        ("POLL_SECONDS", "inf"),
        ("POLL_SECONDS", "nan"),
        ("SITE_GAP_SECONDS", "-1"),
        ("ALLOWED_PRIVATE_HOSTS", "http://rsshub.lan"),
        ("WEIBO_URL", "m.weibo.cn"),
        ("WEIBO_COOKIE", "sesame-1234567"),
        ("WEIBO_COOKIE", "SUB=sesame-1234567\x01"),
        ("DEFAULT_LANGUAGE", "English!"),
        ("LOG_FORMAT", "xml"),
        ("CONTACT", "two\nlines"),
        ("UNSURE", "maybe"),
        ("MESSAGES_PER_SECOND", "0"),
        ("MESSAGES_PER_SECOND", "2.5"),
        ("PAID_MESSAGES_PER_SECOND", "1001"),
        ("PAID_STARS_A_DAY", "-1"),
        ("TELEGRAM_TIMEOUT_SECONDS", "0.5"),
        ("TELEGRAM_TIMEOUT_SECONDS", "inf"),
        ("PAID_FROM", "minor"),
        ("HEALTH_ADDRESS", "everywhere"),
        ("HEALTH_ADDRESS", ":8014"),
        ("HEALTH_ADDRESS", "0.0.0.0:65536"),
        ("HEALTH_ADDRESS", "http://127.0.0.1:8014"),
        ("TRANSLATORS", "deepl,babelfish"),
        ("TRANSLATORS", "deepl,deepl"),
        ("TRANSLATE_SECONDS", "0.5"),
        ("OPENAI_URL", ""),
        ("DEEPL_URL", "api.deepl.com"),
        ("DEEPL_KEY", "sesame-1234567 two"),
        ("OPENAI_KEY", "sesame-1234567\x01"),
    ],
)
def test_a_wrong_setting_is_one_line_with_its_name_and_what_it_takes(monkeypatch, name, value):
    monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert str(caught.value) == f"{PREFIX}{name} takes {takes(name.lower())}."
    assert "sesame" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_wrong_setting_ends_the_program_with_exit_status_2_and_one_line(tmp_path):
    environment = {**os.environ, "TOCSIN_POLL_SECONDS": "soon"}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "check"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("tocsin: TOCSIN_POLL_SECONDS takes a number of seconds")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("sqlite:///x.db", "sqlite+aiosqlite:///x.db"),
        ("postgresql://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgres://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
    ],
)
def test_a_database_url_without_driver_gets_ours(monkeypatch, given, kept):
    monkeypatch.setenv("TOCSIN_DATABASE_URL", given)
    assert load_settings().database_url.get_secret_value() == kept


@pytest.mark.parametrize(
    ("given", "kept"),
    [("8014", "127.0.0.1:8014"), ("0.0.0.0:80", "0.0.0.0:80"), ("[::1]:8014", "[::1]:8014"), (" ", "")],
)
def test_the_health_page_listens_on_this_machine_alone_unless_told_otherwise(monkeypatch, given, kept):
    monkeypatch.setenv("TOCSIN_HEALTH_ADDRESS", given)
    assert load_settings().health_address == kept


def test_lists_are_taken_with_commas_blanks_or_as_json(monkeypatch):
    monkeypatch.setenv("TOCSIN_ADMIN_IDS", "[1, 2]")
    monkeypatch.setenv("TOCSIN_ALLOWED_PRIVATE_HOSTS", "RSSHub.lan:1200, 127.0.0.1")
    settings = load_settings()
    assert settings.admin_ids == (1, 2)
    assert settings.allowed_private_hosts == {"rsshub.lan:1200", "127.0.0.1"}


def test_printing_the_settings_shows_no_secret(monkeypatch):
    monkeypatch.setenv("TOCSIN_TELEGRAM_TOKEN", "12345:sesame-1234567")
    monkeypatch.setenv("TOCSIN_WEIBO_COOKIE", "SUB=sesame-1234567")
    monkeypatch.setenv("TOCSIN_DATABASE_URL", "postgresql://u:sesame@h/d")
    assert "sesame" not in repr(load_settings())


def test_the_keys_of_engines_are_secrets_that_the_log_blanks(monkeypatch):
    for name in ("OPENAI", "DEEPL", "LIBRETRANSLATE", "GOOGLE", "AZURE"):
        monkeypatch.setenv(f"TOCSIN_{name}_KEY", f"sesame-{name}")
    settings = load_settings()
    assert "sesame" not in repr(settings)
    assert {f"sesame-{name}" for name in ("OPENAI", "DEEPL", "LIBRETRANSLATE", "GOOGLE", "AZURE")} <= set(
        secrets(settings)
    )


def test_translators_are_the_engines_that_there_are(monkeypatch):
    from bot.language.choosing import ENGINES

    monkeypatch.setenv("TOCSIN_TRANSLATORS", " OpenAI, deepl")
    assert load_settings().translators == ("openai", "deepl")
    assert set(ENGINES) == TRANSLATORS


def test_the_language_room_gets_its_settings_and_no_others(monkeypatch):
    monkeypatch.setenv("TOCSIN_TRANSLATORS", "deepl,openai")
    monkeypatch.setenv("TOCSIN_DEEPL_KEY", "k:fx")
    monkeypatch.setenv("TOCSIN_SUMMARIES", " OpenAI")
    monkeypatch.setenv("TOCSIN_TELEGRAM_TOKEN", "12345:sesame-1234567")
    options = language_options(load_settings())
    assert (options["translators"], options["deepl_key"], options["translate_seconds"]) == (
        "deepl,openai",
        "k:fx",
        "20.0",
    )
    assert options["summaries"] == "openai"
    assert not any("sesame" in value for value in options.values())


def test_a_name_that_is_none_of_ours_is_found():
    assert unknown_names(["TOCSIN_TOKEN", "TOCSIN_CONTACT", "TOCSIN_TEST_POSTGRES", "HOME"]) == ["TOCSIN_TOKEN"]


def test_the_example_file_explains_every_setting_with_its_default():
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        assert re.search(rf"^#? ?{PREFIX}{name.upper()}=", text, re.MULTILINE), name
        assert str(field.description) in text.replace("\n# ", " "), name
