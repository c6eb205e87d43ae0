"""The site's Starlette application: which path leads where."""

import anyio.to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.demo.site.control import Control
from bot.demo.site.faults import Endpoint
from bot.demo.site.pages import Pages
from bot.demo.site.pictures import names, picture
from bot.demo.site.site import StormSite


def site_app(site: StormSite) -> Starlette:
    """Everything on one origin: WEIBO_URL, WEIBO_VISITOR_URL, WEIBO_WEB_URL and the feeds all live here."""
    control, pages = Control(site), Pages(site)
    pictures = site.guard(Endpoint.PICTURE, _Pictures(site).answer)
    return Starlette(
        routes=[
            *site.weibo_routes.routes(),
            Route("/cap/index.atom", site.guard(Endpoint.INDEX, site.warnings.index)),
            Route("/cap/{identifier}.xml", site.guard(Endpoint.DOCUMENT, site.warnings.document)),
            Route("/feeds/fire.xml", site.guard(Endpoint.FEED, site.feed.document)),
            Route("/hostile/{name}", site.guard(Endpoint.HOSTILE, site.hostile.page)),
            Route("/control/state", control.state, methods=["GET"]),
            Route("/control/asked", control.asked, methods=["GET"]),
            Route("/control/{name}", control.do, methods=["POST"]),
            Route("/{size:str}/{name}.png", pictures),
            Route("/", pages.front),
            Route("/u/{uid}", pages.profile),
            Route("/profile/{uid}", pages.profile),
            Route("/detail/{post}", pages.post),
            Route("/status/{post}", pages.post),
            Route("/warnings/{identifier}", pages.warning),
            Route("/notices/{guid}", pages.notice),
            Route("/{uid:int}/{post}", pages.post),
            Route("/{domain}", site.weibo_routes.by_domain),
        ]
    )


class _Pictures:
    """The picture host: ``/large/NAME.MID.png``, ``/orj360/…``, ``/avatar/NAME.png``."""

    def __init__(self, site: StormSite) -> None:
        self._site = site
        self._known = frozenset(names())

    async def answer(self, request: Request) -> Response:
        """A drawing, the same at every size."""
        if self._site.pictures_need_referer and not request.headers.get("referer"):
            return Response(status_code=403)
        name = request.path_params["name"].partition(".")[0]
        if name not in self._known:
            return Response("No such picture", 404, media_type="text/plain")
        body = await anyio.to_thread.run_sync(picture, name)
        return Response(body, media_type="image/png", headers={"Cache-Control": "max-age=86400"})
