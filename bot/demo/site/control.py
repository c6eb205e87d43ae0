"""``/control``: what a test or the page in another process may tell the site to do, as JSON over HTTP."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.demo.site.site import StormSite

Doing = Callable[[dict[str, Any]], object]


class Control:
    """``POST /control/NAME`` with a JSON object of arguments; ``GET /control/state`` and ``/control/asked``."""

    def __init__(self, site: StormSite) -> None:
        self._site = site
        self._doings: Mapping[str, Doing] = {
            "post": self._post,
            "account": lambda said: site.weibo_account(**said),
            "rename": lambda said: site.rename(**said),
            "edit": lambda said: site.edit(**said),
            "remove": lambda said: site.remove(**said),
            "hide": lambda said: site.hide(**said),
            "figures": lambda said: site.figures(**said),
            "cap": self._cap,
            "item": lambda said: {"guid": site.feed_item(**_timed(said))},
            "fault": lambda said: site.faults.set(**said),
            "clear": lambda said: site.faults.clear(**said),
            "revoke": lambda _said: site.visitors.revoke(),
            "closed": lambda said: setattr(site.visitors, "closed", bool(said["closed"])),
            "login": lambda said: site.visitors.logins.add(said["sub"]),
            "play": lambda said: site.start(**said),
            "speed": lambda said: setattr(site.panel, "speed", float(said["speed"])),
        }

    async def do(self, request: Request) -> Response:
        """Carry out one order. Only application/json is taken, so that no foreign web page can give orders."""
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            return _wrong("Send the arguments as application/json.", 415)
        name = request.path_params["name"]
        doing = self._doings.get(name)
        if doing is None:
            return _wrong(f"There is no order {name!r}; there are: {', '.join(self._doings)}.", 404)
        try:
            said = json.loads(await request.body() or b"{}")
            if not isinstance(said, dict):
                return _wrong("The arguments must be a JSON object.", 400)
            done = doing(said)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            return _wrong(f"The order could not be carried out: {error!r}.", 400)
        return JSONResponse(done if isinstance(done, dict) else {"done": True})

    async def state(self, _request: Request) -> Response:
        """The story panel."""
        return JSONResponse(self._site.panel.state())

    async def asked(self, _request: Request) -> Response:
        """How often each endpoint was asked."""
        return JSONResponse({str(endpoint): count for endpoint, count in self._site.asked.items()})

    def _post(self, said: dict[str, Any]) -> object:
        said["pictures"] = tuple(said.get("pictures", ()))
        return {"mid": self._site.weibo_post(**_timed(said))}

    def _cap(self, said: dict[str, Any]) -> object:
        for name in ("response", "areas", "references"):
            if name in said:
                said[name] = tuple(said[name])
        return {"identifier": self._site.cap_alert(**said)}


def _timed(said: dict[str, Any]) -> dict[str, Any]:
    if "at" in said:
        said["at"] = datetime.fromisoformat(said["at"])
    return said


def _wrong(sentence: str, status: int) -> Response:
    return JSONResponse({"error": sentence}, status)
