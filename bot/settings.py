"""Every setting, in one place, with its unit and default; and the one line that a wrong one is answered with."""

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "TOCSIN_"
OFFICIAL_API = "https://api.telegram.org"

#: A tenth of a second (a test's pace) to a day; at most an hour between two requests.
POLL_RANGE = (0.1, 86_400.0)
GAP_RANGE = (0.0, 3_600.0)

#: Telegram bears about 30 messages a second for nothing, and at most 1000 that are paid for (Bot API).
FREE_RATE_RANGE = (1, 1000)
PAID_RATE_RANGE = (0, 1000)

#: Shorter than a second takes slow answers for lost ones; longer than five minutes holds a chat for nothing.
TELEGRAM_TIMEOUT_RANGE = (1.0, 300.0)
LAST_PORT = 65_535

#: A test's patience to two minutes.
TRANSLATE_RANGE = (1.0, 120.0)
#: ``language.choosing.ENGINES``; a test compares.
TRANSLATORS = frozenset({"azure", "deepl", "google", "libretranslate", "offline", "openai"})

LogFormat = Literal["console", "json"]
UnsurePolicy = Literal["repeat", "hold"]
PaidFrom = Literal["extreme", "urgent", "routine"]
Summaries = Literal["off", "openai"]
OneEvent = Literal["on", "off"]
Maps = Literal["on", "off"]


#: What the language room is given.
LANGUAGE_SETTINGS = (
    "translate_seconds",
    "summaries",
    *(
        "openai_url",
        "openai_key",
        "openai_model",
        "deepl_key",
        "deepl_url",
        "libretranslate_url",
        "libretranslate_key",
    ),
    *("google_key", "google_url", "azure_key", "azure_region", "azure_url", "offline_models"),
)


#: Addresses that have no default.
_MAY_BE_EMPTY = frozenset({"deepl_url", "libretranslate_url", "rsshub_url", "public_url", "mastodon_url"})


class SettingsError(Exception):
    """A setting is wrong; the message is one line: its name and what it takes."""


def _described(default: object, description: str, takes: str) -> object:
    """A field with its help text and, for the error line, what it takes."""
    return Field(default=default, description=description, json_schema_extra={"takes": takes})


class Settings(BaseSettings):
    """What an operator can say, each as ``TOCSIN_`` and the name in capitals, from the environment or ``.env``."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_file_encoding="utf-8", extra="ignore", hide_input_in_errors=True
    )

    telegram_token: SecretStr = _described(  # type: ignore[assignment]
        SecretStr(""),
        "The bot's token, from @BotFather. Needed by `tocsin run` and `tocsin check`.",
        "a bot token such as 123456:ABC-def (ask @BotFather for it)",
    )
    telegram_api_url: str = _described(  # type: ignore[assignment]
        OFFICIAL_API,
        "Where the Bot API is: Telegram's own, or a Bot API server that you run.",
        "an http:// or https:// address without a path's query, such as https://api.telegram.org",
    )
    database_url: SecretStr = _described(  # type: ignore[assignment]
        SecretStr("sqlite+aiosqlite:///tocsin.db"),
        "Where everything is kept: a SQLite file, or a PostgreSQL database for more than one machine.",
        "sqlite+aiosqlite:///FILE or postgresql+asyncpg://USER:PASSWORD@HOST/DATABASE",
    )
    admin_ids: Annotated[tuple[int, ...], NoDecode] = _described(  # type: ignore[assignment]
        (),
        "Telegram user ids of the operators, with commas between: they may ask the bot for /stats in a private chat.",
        "numbers with commas between, such as 12345,67890",
    )
    reports_chat: int | None = _described(  # type: ignore[assignment]
        None,
        "Telegram id of the chat that readers' /report messages go to; an answer there (as a reply) goes back to the "
        "reader. Empty: the first of TOCSIN_ADMIN_IDS.",
        "a number such as 12345, or nothing",
    )
    poll_seconds: float | None = _described(  # type: ignore[assignment]
        None,
        "Seconds between two looks at one account. Empty: each kind of source has its own, and adapts it.",
        "a number of seconds from 0.1 to 86400, or nothing",
    )
    site_gap_seconds: float | None = _described(  # type: ignore[assignment]
        None,
        "Seconds of pause between two requests to one site. Empty: each kind's own (Weibo 6 to 12, feeds 1).",
        "a number of seconds from 0 to 3600, or nothing",
    )
    allowed_private_hosts: Annotated[frozenset[str], NoDecode] = _described(  # type: ignore[assignment]
        frozenset(),
        "Hosts (or host:port) that may be asked though their address is private: your own RSSHub, a test.",
        "hosts or host:port with commas between, such as rsshub.lan:1200,127.0.0.1",
    )
    weibo_url: str = _described(  # type: ignore[assignment]
        "https://m.weibo.cn", "Weibo's mobile site.", "an http:// or https:// address"
    )
    weibo_visitor_url: str = _described(  # type: ignore[assignment]
        "https://visitor.passport.weibo.cn",
        "Where Weibo gives visitors their cookie.",
        "an http:// or https:// address",
    )
    weibo_web_url: str = _described(  # type: ignore[assignment]
        "https://weibo.com", "Weibo's desktop site (resolves names, long texts).", "an http:// or https:// address"
    )
    weibo_cookie: SecretStr = _described(  # type: ignore[assignment]
        SecretStr(""),
        "Cookie of a logged-in Weibo session (from m.weibo.cn; SUB is the part that counts). Empty: as a visitor.",
        "a cookie line such as SUB=…; SUBP=…",
    )
    mastodon_url: str = _described(  # type: ignore[assignment]
        "",
        "The Mastodon server of an account of yours that follows what is watched: its stream tells when one of them "
        "writes. Empty: accounts are only polled.",
        "an http:// or https:// address, or nothing",
    )
    mastodon_token: SecretStr = _described(  # type: ignore[assignment]
        SecretStr(""), "That account's access token, with the right read:statuses.", "one line without blanks"
    )
    rsshub_url: str = _described(  # type: ignore[assignment]
        "",
        "Your RSSHub instance, for routes such as rsshub://weibo/user/1288915263. One on your own network must be in "
        "TOCSIN_ALLOWED_PRIVATE_HOSTS too. Empty: no routes.",
        "an http:// or https:// address, or nothing",
    )
    rsshub_key: SecretStr = _described(  # type: ignore[assignment]
        SecretStr(""),
        "Its ACCESS_KEY. Only a code made from it and the route is sent. Empty for an instance that wants none.",
        "one line without blanks",
    )
    default_language: str = _described(  # type: ignore[assignment]
        "en", "Language of chats whose language is not known.", "a language tag such as en or zh-Hans"
    )
    log_format: LogFormat = _described(  # type: ignore[assignment]
        "console", "How the log is written: console for eyes, json for machines.", "console or json"
    )
    unsure: UnsurePolicy = _described(  # type: ignore[assignment]
        "repeat",
        "A routine message whose answer was lost may or may not have arrived. repeat: send it again, marked as a "
        "possible repeat. hold: keep it for `tocsin outbox`. Urgent alerts are always sent again, marked.",
        "repeat or hold",
    )
    one_event: OneEvent = _described(  # type: ignore[assignment]
        "on",
        "on: where several accounts that a chat follows tell of the same earthquake or warning, the first rings and the "
        "others reply to it without a sound. off: each rings by itself.",
        "on or off",
    )
    maps: Maps = _described(  # type: ignore[assignment]
        "on",
        "on: an alert with an area comes with a small map, drawn here (some 100 MB of memory from the first one on). off: "
        "none.",
        "on or off",
    )
    messages_per_second: int = _described(  # type: ignore[assignment]
        30,
        "Messages a second of the whole bot. Telegram bears about 30 before it refuses (429).",
        "a whole number from 1 to 1000",
    )
    telegram_timeout_seconds: float = _described(  # type: ignore[assignment]
        30.0,
        "Seconds that Telegram may take to answer a request; after that its answer counts as lost (see TOCSIN_UNSURE).",
        "a number of seconds from 1 to 300",
    )
    paid_messages_per_second: int = _described(  # type: ignore[assignment]
        0,
        "Messages a second that may go out beyond that, each for 0.1 Telegram Stars of the bot's (paid broadcast). "
        "0: none. Needs TOCSIN_PAID_STARS_A_DAY too.",
        "a whole number from 0 to 1000",
    )
    paid_stars_a_day: int = _described(  # type: ignore[assignment]
        0,
        "Telegram Stars that may be spent on one day (UTC) at most. 0: nothing is paid for.",
        "a whole number of Stars, 0 or more",
    )
    paid_from: PaidFrom = _described(  # type: ignore[assignment]
        "urgent",
        "What is worth paying for: extreme (danger to life now), urgent (Extreme and Severe) or routine (everything).",
        "extreme, urgent or routine",
    )
    health_address: str = _described(  # type: ignore[assignment]
        "",
        "Where to show how Tocsin stands: a page at /, JSON at /health. A port alone is open to this machine only. "
        "Empty: nowhere.",
        "a port, or host:port, such as 8014 or 0.0.0.0:8014, or nothing",
    )
    public_url: str = _described(  # type: ignore[assignment]
        "",
        "The address under which the world reaches TOCSIN_HEALTH_ADDRESS (its /hub/ is enough): feeds that offer a hub "
        "(WebSub) are then looked at the moment that they change. Empty: they are only polled.",
        "an http:// or https:// address, or nothing",
    )
    translators: Annotated[tuple[str, ...], NoDecode] = _described(  # type: ignore[assignment]
        (),
        "Translation engines in the order in which they are tried. Empty: no engine; what the phrasebook cannot say is "
        "shown in the original.",
        "names with commas between, of: azure, deepl, google, libretranslate, offline, openai",
    )
    translate_seconds: float = _described(  # type: ignore[assignment]
        20.0,
        "Seconds that all engines together may take for one text; each gets its share.",
        "a number of seconds from 1 to 120",
    )
    openai_url: str = _described(  # type: ignore[assignment]
        "https://api.openai.com/v1",
        "Any chat API that speaks as OpenAI's; Ollama is http://127.0.0.1:11434/v1, vLLM http://127.0.0.1:8000/v1.",
        "an http:// or https:// address",
    )
    openai_key: SecretStr = _described(  # type: ignore[assignment]
        SecretStr(""), "Its key; empty for an own server that wants none.", "one line without blanks"
    )
    openai_model: str = _described(  # type: ignore[assignment]
        "", "Which of its models, as it names it. Needed for openai.", "a model's name"
    )
    summaries: Summaries = _described(  # type: ignore[assignment]
        "off",
        "Who sums up long posts in the reader's language: nobody (then the post's own facts stand before it), or the model "
        "of openai, behind the gate.",
        "off or openai",
    )
    deepl_key: SecretStr = _described(  # type: ignore[assignment]
        SecretStr(""),
        "DeepL's key. One of the free plan ends in :fx and is known by that.",
        "one line without blanks",
    )
    deepl_url: str = _described(  # type: ignore[assignment]
        "",
        "DeepL's address, where it is not the one that belongs to the key.",
        "an http:// or https:// address, or nothing",
    )
    libretranslate_url: str = _described(  # type: ignore[assignment]
        "",
        "Address of a LibreTranslate server. Needed for libretranslate.",
        "an http:// or https:// address, or nothing",
    )
    libretranslate_key: SecretStr = _described(  # type: ignore[assignment]
        SecretStr(""), "Its key; empty for a server that wants none.", "one line without blanks"
    )
    google_key: SecretStr = _described(  # type: ignore[assignment]
        SecretStr(""), "Key of Google Cloud Translation (Basic).", "one line without blanks"
    )
    google_url: str = _described(  # type: ignore[assignment]
        "https://translation.googleapis.com", "Google's address.", "an http:// or https:// address"
    )
    azure_key: SecretStr = _described(  # type: ignore[assignment]
        SecretStr(""), "Key of an Azure Translator resource.", "one line without blanks"
    )
    azure_region: str = _described(  # type: ignore[assignment]
        "", "Its region, where the resource is not a global one.", "a region such as westeurope, or nothing"
    )
    azure_url: str = _described(  # type: ignore[assignment]
        "https://api.cognitive.microsofttranslator.com", "Azure's address.", "an http:// or https:// address"
    )
    offline_models: str = _described(  # type: ignore[assignment]
        "models", "Directory of the models that `tocsin model install` brings in.", "a directory"
    )
    catalogue: str = _described(  # type: ignore[assignment]
        "catalogue.jsonl",
        "File of the official lists that `tocsin catalogue refresh` brings in; it is read at the start.",
        "a file's name",
    )
    contact: str = _described(  # type: ignore[assignment]
        "",
        "Your address or page, told to every site in the User-Agent, so that it can write before it blocks you.",
        "one line of plain text (an e-mail or a web address)",
    )

    @field_validator("telegram_token")
    @classmethod
    def _token_looks_right(cls, value: SecretStr) -> SecretStr:
        token = value.get_secret_value().strip()
        if token and not re.fullmatch(r"\d+:[A-Za-z0-9_-]+", token):
            raise ValueError
        return SecretStr(token)

    @field_validator(
        "telegram_api_url",
        "weibo_url",
        "weibo_visitor_url",
        "weibo_web_url",
        "openai_url",
        "deepl_url",
        "google_url",
        "azure_url",
        "libretranslate_url",
        "rsshub_url",
        "public_url",
        "mastodon_url",
    )
    @classmethod
    def _is_web_address(cls, value: str, info: ValidationInfo) -> str:
        if not value.strip() and info.field_name in _MAY_BE_EMPTY:
            return ""
        parts = urlsplit(value.strip())
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError
        return value.strip().rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _is_known_database(cls, value: SecretStr) -> SecretStr:
        url = value.get_secret_value().strip()
        # the usual spellings without a driver mean the drivers that we ship
        for plain, full in (("sqlite://", "sqlite+aiosqlite://"), ("postgresql://", "postgresql+asyncpg://")):
            url = url.replace(plain, full, 1) if url.startswith(plain) else url
        if url.startswith("postgres://"):
            url = url.replace("postgres://", "postgresql+asyncpg://", 1)
        if not url.startswith(("sqlite+aiosqlite:///", "postgresql+asyncpg://")):
            raise ValueError
        return SecretStr(url)

    @field_validator("admin_ids", mode="before")
    @classmethod
    def _numbers_with_commas(cls, value: object) -> object:
        return tuple(int(part) for part in _listed(value)) if isinstance(value, str) else value

    @field_validator("allowed_private_hosts", mode="before")
    @classmethod
    def _hosts_with_commas(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        hosts = [part.lower() for part in _listed(value)]
        if any("/" in host or "@" in host for host in hosts):
            raise ValueError
        return frozenset(hosts)

    @field_validator("reports_chat", "poll_seconds", "site_gap_seconds", mode="before")
    @classmethod
    def _empty_means_unset(cls, value: object) -> object:
        return None if isinstance(value, str) and not value.strip() else value

    @field_validator("poll_seconds")
    @classmethod
    def _poll_in_range(cls, value: float | None) -> float | None:
        if value is not None and not POLL_RANGE[0] <= value <= POLL_RANGE[1]:
            raise ValueError
        return value

    @field_validator("site_gap_seconds")
    @classmethod
    def _gap_in_range(cls, value: float | None) -> float | None:
        if value is not None and not GAP_RANGE[0] <= value <= GAP_RANGE[1]:
            raise ValueError
        return value

    @field_validator("telegram_timeout_seconds")
    @classmethod
    def _timeout_in_range(cls, value: float) -> float:
        if not TELEGRAM_TIMEOUT_RANGE[0] <= value <= TELEGRAM_TIMEOUT_RANGE[1]:
            raise ValueError
        return value

    @field_validator("default_language")
    @classmethod
    def _is_language_tag(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", value.strip()):
            raise ValueError
        return value.strip()

    @field_validator("log_format", "unsure", "one_event", "paid_from", "summaries", mode="before")
    @classmethod
    def _in_small_letters(cls, value: object) -> object:
        return value.strip().lower() if isinstance(value, str) else value

    @field_validator("messages_per_second")
    @classmethod
    def _free_rate_in_range(cls, value: int) -> int:
        if not FREE_RATE_RANGE[0] <= value <= FREE_RATE_RANGE[1]:
            raise ValueError
        return value

    @field_validator("paid_messages_per_second")
    @classmethod
    def _paid_rate_in_range(cls, value: int) -> int:
        if not PAID_RATE_RANGE[0] <= value <= PAID_RATE_RANGE[1]:
            raise ValueError
        return value

    @field_validator("paid_stars_a_day")
    @classmethod
    def _no_debts(cls, value: int) -> int:
        if value < 0:
            raise ValueError
        return value

    @field_validator("health_address")
    @classmethod
    def _address_to_listen_at(cls, value: str) -> str:
        host, colon, port = value.strip().rpartition(":")
        if not value.strip():
            return ""
        if not re.fullmatch(r"\d{1,5}", port, re.ASCII) or int(port) > LAST_PORT or (colon and not host):
            raise ValueError
        if not re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)?", host):
            raise ValueError
        return f"{host or '127.0.0.1'}:{int(port)}"

    @field_validator("translators", mode="before")
    @classmethod
    def _engines_with_commas(cls, value: object) -> object:
        names = tuple(part.lower() for part in _listed(value)) if isinstance(value, str) else value
        if isinstance(names, tuple) and (set(names) - TRANSLATORS or len(set(names)) < len(names)):
            raise ValueError
        return names

    @field_validator("translate_seconds")
    @classmethod
    def _patience_in_range(cls, value: float) -> float:
        if not TRANSLATE_RANGE[0] <= value <= TRANSLATE_RANGE[1]:
            raise ValueError
        return value

    @field_validator(
        "openai_key", "deepl_key", "libretranslate_key", "google_key", "azure_key", "rsshub_key", "mastodon_token"
    )
    @classmethod
    def _fits_a_header(cls, value: SecretStr) -> SecretStr:
        key = value.get_secret_value().strip()
        if not re.fullmatch(r"[!-~]*", key):
            raise ValueError
        return SecretStr(key)

    @field_validator("openai_model", "azure_region", "offline_models", "catalogue")
    @classmethod
    def _one_line(cls, value: str) -> str:
        if not value.isprintable() or not value.isascii():
            raise ValueError
        return value.strip()

    @field_validator("contact", "weibo_cookie")
    @classmethod
    def _one_header_line(cls, value: str | SecretStr) -> str | SecretStr:
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        if not text.isprintable():  # no control character may enter an HTTP header
            raise ValueError
        if isinstance(value, SecretStr) and text and ("=" not in text or not text.isascii()):
            raise ValueError
        return SecretStr(text.strip()) if isinstance(value, SecretStr) else text.strip()


def _listed(value: str) -> list[str]:
    """The parts of "a, b;c" (or of a JSON list) without blanks."""
    return [part for part in (p.strip(" \t\"'") for p in re.split(r"[,;\s]+", value.strip("[] "))) if part]


def takes(field: str) -> str:
    """What a setting takes, in words."""
    extra = Settings.model_fields[field].json_schema_extra
    return str(extra["takes"]) if isinstance(extra, dict) else ""


def load_settings(**overrides: object) -> Settings:
    """Read the settings; ``overrides`` (by field name) win. Raises SettingsError, which never holds a value."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        field = str(error.errors(include_input=False, include_url=False)[0]["loc"][0]).lower().removeprefix("tocsin_")
        raise SettingsError(f"{PREFIX}{field.upper()} takes {takes(field)}.") from None
    except UnicodeDecodeError:
        raise SettingsError("The file .env is not UTF-8 text; save it as UTF-8.") from None


def secrets(settings: Settings) -> list[str]:
    """Every token, cookie and key, for the log to blank (the database's address is told without its password)."""
    found = [getattr(settings, name) for name in Settings.model_fields if name != "database_url"]
    return [value.get_secret_value() for value in found if isinstance(value, SecretStr) and value.get_secret_value()]


def language_options(settings: Settings) -> dict[str, str]:
    """What ``language.choosing.open_translator`` takes: its settings as text by name, keys in the clear."""
    values = {name: getattr(settings, name) for name in LANGUAGE_SETTINGS}
    options = {
        name: value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in values.items()
    }
    return {**options, "translators": ",".join(settings.translators)}


def unknown_names(environment: list[str]) -> list[str]:
    """Names that begin like ours but are none (a slip of the pen), apart from those of the tests."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    return sorted(
        name
        for name in environment
        if name.upper().startswith(PREFIX)
        and name.upper() not in known
        and not name.upper().startswith(f"{PREFIX}TEST_")
    )
