"""NMC's source over the local publisher, and a writer of its list."""

import json
from pathlib import Path

import pytest

from bot.model.account import Account
from bot.sources.nmc import NMC_PACE, NmcSource

RECORDED = Path(__file__).parents[2] / "recorded" / "nmc"
PATH = "/rest/findAlarm"


class MinuteByMinute(NmcSource):
    """Each poll comes as long after the one before as the pace wants it at least."""

    async def poll(self, account, memory):
        self._clock.advance(NMC_PACE.floor)
        return await super().poll(account, memory)


@pytest.fixture
def nmc(open_fetcher, clock) -> NmcSource:
    return MinuteByMinute(open_fetcher, clock)


@pytest.fixture
def recorded_nmc():
    return lambda name: (RECORDED / name).read_bytes()


@pytest.fixture
def nmc_at(publisher):
    def at(province: str = "", area: str = "") -> Account:
        extra = f"&area={area}" if area else ""
        key = f"{publisher.url(PATH)}?signaltype=&signallevel=&province={province}{extra}"
        return Account("nmc", key, "NMC", key)

    return at


@pytest.fixture
def listed(publisher):
    """Put warnings (unit, "HH:MM", title) on the first page of the list, or of ``page``; ``count`` is how many there are."""

    def put(*rows: tuple[str, str, str], page: int = 1, count: int = 0, **headers: str) -> None:
        lines = [
            {
                "alertid": f"{unit}416000_20260721{time.replace(':', '')}00",
                "issuetime": f"2026/07/21 {time}",
                "title": title,
                "url": f"/publish/alarm/{unit}_{time.replace(':', '')}.html",
                "pic": "",
            }
            for unit, time, title in rows
        ]
        body = {"msg": "success", "code": 0, "data": {"page": {"count": count or len(lines), "list": lines}}}
        query = f"?pageNo={page}&pageSize=100&signaltype=&signallevel=&province="
        publisher.put(PATH + query, json.dumps(body), **headers)

    return put
