"""/control/…: the world, the faults and the transcripts over HTTP, for tests in another process."""

from collections.abc import Callable, Mapping
from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.demo.botapi import pictures, views
from bot.demo.botapi.faults import Fault
from bot.demo.botapi.pictures import Fetched
from bot.demo.botapi.records import Message, Query
from bot.demo.botapi.state import State
from bot.demo.botapi.world import World

#: Seconds that /control/transcript waits at most.
MAX_WAIT = 60.0
BAD_REQUEST = 400


class Control:
    """Routes that script a :class:`World` by name: POST /control/say {"chat_id": …, "user_id": …, "text": …}."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._state: State = world.state

    def routes(self) -> list[Route]:
        """What to mount."""
        return [
            Route("/control/transcript", self._transcript, methods=["GET"]),
            Route("/control/counters", self._counters, methods=["GET"]),
            Route("/control/{verb}", self._act, methods=["POST"]),
        ]

    def _verbs(self) -> Mapping[str, Callable[..., object]]:
        world, state = self._world, self._state
        names = (
            "add_user add_group add_supergroup add_channel add_topic close_topic remove_topic say press block unblock"
            " deactivate invite kick promote demote join leave upgrade remove_message edit_own revoke_token"
        )
        return {name: getattr(world, name) for name in names.split()} | {
            "fault": lambda **given: state.faults.add(Fault.read(given)),
            "clear_faults": state.faults.clear,
            "refuse_photos": self._refuse_photos,
        }

    def _refuse_photos(self, error: str = pictures.NO_CONTENT) -> None:
        async def refuse(url: str) -> Fetched:  # noqa: ARG001 - the face of a Resolver
            return Fetched(error=error)

        self._state.resolver = refuse if error else pictures.accept_unseen

    async def _act(self, request: Request) -> Response:
        """Do one thing. JSON only: a foreign page in a browser cannot send that here."""
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            return _wrong("Send application/json.")
        verb = self._verbs().get(str(request.path_params["verb"]))
        if verb is None:
            return _wrong(f"There is no such verb; there are: {', '.join(sorted(self._verbs()))}.")
        try:
            given = await request.json()
            found = verb(**given)
        except (TypeError, ValueError, LookupError) as error:
            return _wrong(str(error))
        return JSONResponse({"ok": True, "result": self._shown(found)})

    def _shown(self, found: object) -> object:
        if isinstance(found, Message):
            return self._message(found)
        if isinstance(found, Query):
            return {"id": found.id, "data": found.data}
        if found is None:
            return None
        thread = getattr(found, "thread_id", None)
        return {"id": thread if thread is not None else getattr(found, "id", None)}

    def _message(self, message: Message) -> dict[str, object]:
        versions = [
            {
                "at": version.at.isoformat(),
                "text": version.styled.text,
                "entities": [views.entity_json(self._state, entity) for entity in version.styled.entities],
                "photo": version.picture.file_id if version.picture else "",
                "photo_url": version.picture.url if version.picture else "",
                "buttons": [[asdict(key) for key in row] for row in version.keyboard],
            }
            for version in message.versions
        ]
        return {
            "chat_id": message.chat_id,
            "message_id": message.message_id,
            "date": message.date.isoformat(),
            "by_bot": message.by_bot,
            "thread_id": message.thread_id,
            "reply_to": message.reply_to,
            "media_group_id": message.media_group_id,
            "silent": message.silent,
            "service": message.service,
            "deleted": message.gone,
            "text": message.text,
            "versions": versions,
        }

    async def _transcript(self, request: Request) -> Response:
        """?chat_id=&at_least=&timeout=: the chat once the bot said at least so much, or 408 with what there is."""
        try:
            chat_id = int(request.query_params["chat_id"])
            at_least = int(request.query_params.get("at_least", "0"))
            timeout = min(float(request.query_params.get("timeout", "0")), MAX_WAIT)
        except (KeyError, ValueError):
            return _wrong("Give chat_id, and if you like at_least and timeout, as numbers.")
        if chat_id not in self._state.chats:
            return _wrong(f"There is no chat {chat_id}.")
        status = 200
        if len(self._world.said_by_bot(chat_id)) < at_least:
            try:
                await self._world.journal.wait_for(
                    lambda: len(self._world.said_by_bot(chat_id)) >= at_least or self._state.journal.closed, timeout
                )
            except TimeoutError:
                status = 408
        shown = [self._message(message) for message in self._world.transcript(chat_id)]
        return JSONResponse({"ok": status < BAD_REQUEST, "result": shown}, status)

    async def _counters(self, request: Request) -> Response:  # noqa: ARG002 - the face of a route
        state = self._state
        found = {
            "violations": dict(state.violations),
            "notes": list(state.notes),
            "calls": dict(state.calls),
            "errors": {str(code): number for code, number in state.errors.items()},
            "accepted": len(state.accepted),
            "pending_updates": len(state.updates),
            "faults_struck": state.faults.struck,
        }
        return JSONResponse({"ok": True, "result": found})


def _wrong(why: str) -> Response:
    return JSONResponse({"ok": False, "description": why}, BAD_REQUEST)
