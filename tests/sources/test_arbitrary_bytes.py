"""Whatever bytes a site sends, every kind of source reads them or refuses them in a sentence."""

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sources.face import Source, UnreadableError
from bot.sources.registry import Parts, kinds, make_sources

#: Shapes in which agencies answer, with holes for hostile values.
SHAPES = (
    "{}", "[{}]", '{{"code": 0, "data": {{"page": {{"list": [{}]}}}}}}', '{{"WTS": {}}}', '{{"features": [{}]}}',
    "<Report><Control>{}</Control><Head>{}</Head></Report>", "<feed><entry>{}</entry></feed>",
    "<alert>{}</alert>", "<script>const newdata = [{}];</script>", "<rss><channel><item>{}</item></channel></rss>",
)  # fmt: skip
PIECES = st.sampled_from(
    ["null", "{", "]];", '"', "1e999", "-1", '{"alertid": [], "title": 7, "issuetime": "9999/12/31 23:59"}', "\ud800",
     '{"O_TIME": "0001-01-01 00:00:00", "M": "NaN", "EPI_LAT": 1, "EPI_LON": 1, "id": "a"}', "<Title>x</Title>",
     '{"actionCode": "ISSUE", "issueTime": "2026-07-21T11:00:00+99:00"}', "<Status>通常</Status>", "&#0;",
     "<ReportDateTime>2026-07-21T11:55:00+09:00</ReportDateTime><Title>津波</Title><InfoKind>津波情報</InfoKind>"]
)  # fmt: skip


class _Keep:
    async def load(self, site: str, name: str) -> object | None:
        return None

    async def save(self, site: str, name: str, value: object) -> None:
        return None


@pytest.fixture(scope="module")
def sources() -> dict[str, Source]:
    def clock() -> datetime:
        return datetime(2026, 7, 21, tzinfo=UTC)

    return make_sources(Parts(None, _Keep(), clock, random.Random(1), dict.fromkeys((), "")))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", sorted(kinds()))
@settings(max_examples=40, deadline=None)
@given(
    body=st.binary(max_size=400)
    | st.builds(lambda shape, piece, more: shape.format(piece, more), st.sampled_from(SHAPES), PIECES, PIECES).map(
        lambda text: text.encode("utf-8", "replace")
    )
)
def test_arbitrary_bytes_are_read_or_refused(kind, sources, body):
    refused = ""
    posts = ()
    try:
        posts = sources[kind].read(body, "https://agency.example/list")
    except UnreadableError as error:
        refused = str(error)
    assert refused == "" or 10 < len(refused) < 400
    for post in posts:
        assert post.kind == kind
        assert post.id
        assert (post.title + post.text + post.id).encode() is not None  # no half characters
