"""Real posts and headlines, read rightly or not at all. What to expect of each was settled by hand."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.reading.reader import read

#: Real sample answers of the sites; not part of the repository.
SHARED = Path(__file__).parents[3] / "shared" / "data"
WHERE = next(
    (p for p in (SHARED, *(parent / "shared" / "data" for parent in Path(__file__).parents)) if p.is_dir()), None
)
pytestmark = [pytest.mark.corpus, pytest.mark.skipif(WHERE is None, reason="the sample answers are not here")]

HEADLINES = {
    "山西省晋城市阳城县气象台发布大雾黄色预警信号": ("fog", "yellow", "issued"),
    "山西省晋城市陵川县气象台发布道路结冰黄色预警信号": ("road_icing", "yellow", "issued"),
    "山西省晋城市气象台发布道路结冰黄色预警信号": ("road_icing", "yellow", "issued"),
    "北京市气象台发布大雾红色预警信号": ("fog", "red", "issued"),
    "浙江省宁波市气象台发布暴雨橙色预警信号": ("rainstorm", "orange", "issued"),
    "山西省气象台发布大雾黄色预警": ("fog", "yellow", "issued"),
    "山西省气象台发布道路结冰黄色预警": ("road_icing", "yellow", "issued"),
    "一號戒備信號在下午12時40分發出。": ("tropical_cyclone", "1", "issued"),
}


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield re.sub("<[^>]+>", "", value)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def texts_of(path: Path) -> list[str]:
    try:
        content = path.read_text("utf-8")
    except UnicodeDecodeError:
        return []
    try:
        return list(strings(json.loads(content)))
    except ValueError:
        return re.findall(r">([^<>]{4,})<", content)


def test_no_real_text_is_read_as_what_it_is_not():
    assert WHERE is not None
    read_ones = {}
    for path in sorted(WHERE.rglob("*")):
        for text in texts_of(path) if path.is_file() else ():
            reading = read(text)
            if reading.read:
                read_ones[text] = (reading.hazard, reading.level, reading.action)
    assert read_ones == HEADLINES
