"""The weather office's warnings as CAP 1.2 documents and an Atom index of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from xml.sax.saxutils import escape, quoteattr

from starlette.requests import Request
from starlette.responses import Response

from bot.demo.site.documents import conditional
from bot.demo.site.mblog import BEIJING
from bot.demo.site.story import Bulletin, StoryArea

ATOM = "http://www.w3.org/2005/Atom"
CAP = "urn:oasis:names:tc:emergency:cap:1.2"
#: In the form of the national identifiers: division, unit, then the second.
UNIT = "11000041600000"
SENDER = "warnings@weather.example"
SENDER_NAME_ZH = "北京市气象台"
SENDER_NAME_EN = "Beijing Weather Office"
#: Messages in the index, newest first.
LISTED = 40
#: Colours in English, as the parameter AlertLevel names them.
COLOURS = {"蓝": "blue", "黄": "yellow", "橙": "orange", "红": "red"}
_LANGUAGES = ("zh", "en")
_TAGS = {"zh": "zh-CN", "en": "en-US"}


@dataclass(frozen=True, slots=True)
class Issued:
    """A message that went out."""

    identifier: str
    sent: datetime
    bulletin: Bulletin

    @property
    def sent_text(self) -> str:
        """``sent`` as CAP writes it, in Beijing's offset."""
        return cap_time(self.sent)

    @property
    def reference(self) -> str:
        """How later messages name this one."""
        return f"{SENDER},{self.identifier},{self.sent_text}"


@dataclass(slots=True)
class WarningOffice:
    """Every warning of the local office, and the pages that show them."""

    clock: Callable[[], datetime]
    areas: Mapping[str, StoryArea]
    issued: dict[str, Issued] = field(default_factory=dict)
    #: Other names (story ids) by which references may call a message.
    names: dict[str, str] = field(default_factory=dict)

    def issue(self, bulletin: Bulletin, name: str = "") -> str:
        """Send a warning out; gives its identifier. Raises KeyError when it refers to an unknown message."""
        for reference in bulletin.references:
            self.message(reference)
        sent = self.clock().astimezone(BEIJING).replace(microsecond=0)
        identifier = stem = f"{UNIT}_{sent:%Y%m%d%H%M%S}"
        number = 1
        while identifier in self.issued:
            number += 1
            identifier = f"{stem}-{number}"
        self.issued[identifier] = Issued(identifier, sent, bulletin)
        if name:
            self.names[name] = identifier
        return identifier

    def message(self, name: str) -> Issued:
        """The message with this identifier or name. Raises KeyError."""
        return self.issued[self.names.get(name, name)]

    async def index(self, request: Request) -> Response:
        """``/cap/index.atom``."""
        newest = list(reversed(self.issued.values()))[:LISTED]
        base = str(request.base_url).rstrip("/")
        changed = newest[0].sent if newest else datetime.fromtimestamp(0, BEIJING)
        body = self._index(base, newest, changed).encode()
        return conditional(request, body, changed, "application/atom+xml")

    async def document(self, request: Request) -> Response:
        """``/cap/IDENTIFIER.xml``."""
        message = self.issued.get(request.path_params["identifier"])
        if message is None:
            return Response("No such warning", 404, media_type="text/plain")
        base = str(request.base_url).rstrip("/")
        return conditional(request, self.cap(message, base).encode(), message.sent, "application/cap+xml")

    def cap(self, message: Issued, base: str) -> str:
        """The CAP document of a message."""
        bulletin = message.bulletin
        lines = [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<alert xmlns="{CAP}">',
            _element("identifier", message.identifier),
            _element("sender", SENDER),
            _element("sent", message.sent_text),
            _element("status", bulletin.status),
            _element("msgType", bulletin.msg_type),
            _element("scope", "Public"),
            _element("note", bulletin.note),
            _element("references", " ".join(self.message(name).reference for name in bulletin.references)),
            _element("incidents", bulletin.incident),
        ]
        lines += [self._info(message, language, base) for language in _LANGUAGES]
        return "\n".join([line for line in lines if line] + ["</alert>", ""])

    def _info(self, message: Issued, language: str, base: str) -> str:
        bulletin = message.bulletin
        lines = ["<info>", _element("language", _TAGS[language]), _element("category", "Met")]
        lines.append(_element("event", getattr(bulletin, f"event_{language}")))
        lines += [_element("responseType", response) for response in bulletin.response]
        lines += [
            _element("urgency", bulletin.urgency),
            _element("severity", bulletin.severity),
            _element("certainty", bulletin.certainty),
            _pair("eventCode", "event", "11B03"),
            _element("effective", message.sent_text),
            _element("onset", message.sent_text),
            _element("expires", cap_time(message.sent + timedelta(hours=bulletin.hours))),
            _element("senderName", SENDER_NAME_ZH if language == "zh" else SENDER_NAME_EN),
            _element("headline", getattr(bulletin, f"headline_{language}")),
            _element("description", getattr(bulletin, f"description_{language}")),
            _element("instruction", getattr(bulletin, f"instruction_{language}")),
            _element("web", f"{base}/warnings/{message.identifier}"),
        ]
        if bulletin.colour:
            lines.append(_pair("parameter", "AlertLevel", COLOURS.get(bulletin.colour, bulletin.colour)))
        lines += [self._area(key, language) for key in bulletin.areas]
        return "\n".join([line for line in lines if line] + ["</info>"])

    def _area(self, key: str, language: str) -> str:
        area = self.areas[key]
        return "\n".join(
            [
                "<area>",
                _element("areaDesc", area.zh if language == "zh" else area.en),
                _element("polygon", area.polygon),
                _pair("geocode", "GB/T 2260", area.geocode),
                "</area>",
            ]
        )

    def _index(self, base: str, newest: list[Issued], changed: datetime) -> str:
        lines = [
            '<?xml version="1.0" encoding="UTF-8"?>',
            f'<feed xmlns="{ATOM}" xmlns:cap="{CAP}" xml:lang="zh-CN">',
            _element("id", f"urn:demo:cap:{UNIT}"),
            _element("title", f"{SENDER_NAME_ZH}预警信号"),
            _element("updated", cap_time(changed)),
            f'<link rel="self" href={quoteattr(f"{base}/cap/index.atom")}/>',
            f"<author><name>{escape(SENDER_NAME_ZH)}</name></author>",
        ]
        lines += [self._entry(base, message) for message in newest]
        return "\n".join([*lines, "</feed>", ""])

    def _entry(self, base: str, message: Issued) -> str:
        bulletin = message.bulletin
        document = quoteattr(f"{base}/cap/{message.identifier}.xml")
        return "\n".join(
            [
                "<entry>",
                _element("id", f"urn:demo:cap:{message.identifier}"),
                _element("title", bulletin.headline_zh or bulletin.event_zh),
                _element("updated", message.sent_text),
                _element("published", message.sent_text),
                f'<link rel="alternate" type="application/cap+xml" href={document}/>',
                _element("summary", bulletin.description_zh),
                _element("cap:status", bulletin.status),
                _element("cap:msgType", bulletin.msg_type),
                _element("cap:severity", bulletin.severity),
                _element("cap:expires", cap_time(message.sent + timedelta(hours=bulletin.hours))),
                "</entry>",
            ]
        )


def cap_time(when: datetime) -> str:
    """``2012-07-21T18:30:00+08:00``."""
    return when.astimezone(BEIJING).isoformat(timespec="seconds")


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>" if text else ""


def _pair(name: str, value_name: str, value: str) -> str:
    return f"<{name}>{_element('valueName', value_name)}{_element('value', value)}</{name}>"
