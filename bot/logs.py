"""How the log is written: one line an event, the same keys everywhere, no secret in any of them."""

import logging
import re
import sys
from collections.abc import Iterable
from typing import TextIO, cast

import structlog
from structlog.typing import EventDict, WrappedLogger

#: A Bot API token wherever it stands (URLs of the Bot API carry it): digits, colon, 30 or more characters.
_TOKEN = re.compile(r"\d{3,}:[A-Za-z0-9_-]{20,}")
_HIDDEN = "[hidden]"


class Hide:
    """A structlog processor that blanks the given secrets, and anything like a bot token, in every value."""

    def __init__(self, secrets: Iterable[str]) -> None:
        # short strings would blank innocent text; no secret of ours is that short
        self._secrets = sorted((s for s in secrets if len(s) > 5), key=len, reverse=True)  # noqa: PLR2004

    def clean(self, text: str) -> str:
        """The text without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, _HIDDEN)
        return _TOKEN.sub(_HIDDEN, text)

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        """Clean every text of the event."""
        return {key: self.clean(value) if isinstance(value, str) else value for key, value in event.items()}


class _Stderr:
    """Whatever ``sys.stderr`` is at the moment of writing: a log that holds on to one that is closed by now would fail
    the work that it tells of.
    """

    def write(self, text: str) -> int:
        """As a text file's."""
        return sys.stderr.write(text)

    def flush(self) -> None:
        """As a text file's."""
        sys.stderr.flush()


def set_up_logs(log_format: str, secrets: Iterable[str] = (), level: int = logging.INFO) -> None:
    """Send our log and the libraries' warnings to stderr, in the chosen form."""
    hide = Hide(secrets)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        hide,
    ]
    last: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=cast("TextIO", _Stderr())),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(cast("TextIO", _Stderr()))
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=last, foreign_pre_chain=shared))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # libraries speak only when something is wrong: httpx would log every URL, with the token in it
    root.setLevel(logging.WARNING)
