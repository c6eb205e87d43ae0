"""What the title of a Chinese weather warning says: issuer, kind, level, and whether it is lifted. No I/O.

Only the title says it: "山西省晋城市阳城县气象台发布大雾黄色预警信号" (GB/T 27962, four colours).
"""

import re
import unicodedata
from dataclasses import dataclass

from bot.model.alert import Severity, Status
from bot.sources.drills import status_in_chinese

#: GB/T 27962-2011: blue, yellow, orange, red.
SEVERITIES = {
    "蓝": Severity.MINOR,
    "黄": Severity.MODERATE,
    "橙": Severity.SEVERE,
    "红": Severity.EXTREME,
}
#: The last three digits of the sign's picture ("p0005003.png"): 001 is red, 004 blue.
_PICTURES = {"001": "红", "002": "橙", "003": "黄", "004": "蓝"}
_PICTURE = re.compile(r"p\d{4}(\d{3})\.(?:png|gif|jpg)", re.IGNORECASE)
#: Levels as grades: "[Ⅲ级/较重]".
_GRADES = {"I": "红", "II": "橙", "III": "黄", "IV": "蓝"}
_GRADE = re.compile(r"(?<![A-Z])(I{1,3}|IV)级")
_COLOUR = re.compile(r"([蓝黄橙红])色")
_BECOMES = re.compile(r"(?:为|至|成)([蓝黄橙红])色")
_LIFTED = re.compile(r"解除|撤销|取消")
#: "将" begins a change of level ("气象台将大雾黄色预警信号升级为橙色"), and a county's name too (将乐县).
_VERB = re.compile(
    r"(?:联合)?(?:继续|更新|变更|升级|降级|再次|重新|确认)?(?:发布(?!中心)|解除|撤销|取消|变更|确认|升级|降级)|(?<=[台局府心站])将"
)
_KIND = re.compile(
    r"^(?:发布|解除|撤销|取消|变更|确认|将|升级|降级|了|原|的)*(.{1,20}?)(?:气象)?(?:风险)?(?:[蓝黄橙红]色|预警)"
)
#: What an issuer's name ends with that names no place.
_OFFICE = re.compile(
    r"(?:人民政府|突发事件预警信息发布中心|预警信息发布中心|气象服务中心|专业气象台|海洋气象台|气象台|气象局|气象站).*$"
)


@dataclass(frozen=True, slots=True)
class Title:
    """What a title says; "" and UNKNOWN where it does not."""

    issuer: str
    #: The place of the issuer: "山西省晋城市阳城县".
    place: str
    kind: str
    #: One of 蓝黄橙红, "".
    colour: str
    severity: Severity
    lifted: bool
    status: Status


def read_title(title: str, picture: str = "") -> Title:
    """Read a title; ``picture`` is the URL of the warning's sign, which bears the level too."""
    text = unicodedata.normalize("NFKC", title)
    becomes = _BECOMES.search(text)
    colour = becomes.group(1) if becomes else _worst(text) or _from_grade(text) or _from_picture(picture)
    verb = _VERB.search(text)
    issuer = text[: verb.start()] if verb else ""
    rest = text[verb.start() :] if verb else text
    kind = _KIND.match(re.sub(r"^(?:联合)?(?:继续|更新|再次|重新)*", "", rest))
    return Title(
        issuer=issuer,
        place=_OFFICE.sub("", issuer),
        kind=kind.group(1) if kind else "",
        colour=colour,
        severity=SEVERITIES.get(colour, Severity.UNKNOWN),
        # "解除暴雨红色预警信号,降级为橙色" goes on at a lower level
        lifted=bool(_LIFTED.search(text)) and becomes is None,
        status=status_in_chinese(text),
    )


def _worst(text: str) -> str:
    return max(_COLOUR.findall(text), key=lambda colour: SEVERITIES[colour].rank, default="")


def _from_grade(text: str) -> str:
    grade = _GRADE.search(text)
    return _GRADES[grade.group(1)] if grade else ""


def _from_picture(picture: str) -> str:
    found = _PICTURE.search(picture)
    return _PICTURES.get(found.group(1), "") if found else ""
