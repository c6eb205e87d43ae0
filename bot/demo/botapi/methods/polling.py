"""getUpdates and what belongs to it: deleteWebhook, getWebhookInfo, setWebhook (refused)."""

import asyncio

from bot.demo.botapi.errors import CONFLICT, ApiError, bad_request
from bot.demo.botapi.state import State
from bot.demo.botapi.updates import MAX_BATCH
from bot.demo.botapi.views import Json
from bot.demo.botapi.wire import Call

#: Seconds; the real server holds a poll no longer.
MAX_TIMEOUT = 50


def _allow(state: State, call: Call) -> None:
    allowed = call.json("allowed_updates", "allowed updates")
    if allowed is None:
        return
    if not isinstance(allowed, list) or not all(isinstance(kind, str) for kind in allowed):
        raise bad_request("can't parse allowed updates JSON array", violation="bad_json")
    state.updates.allow(allowed)


async def get_updates(state: State, call: Call, gone: asyncio.Event) -> list[Json]:
    """Wait for updates. ``gone`` is set when the client hangs up; a newer poll ends this one with 409."""
    _allow(state, call)
    updates = state.updates
    updates.poll += 1
    mine = updates.poll
    state.journal.stir()  # an older poll learns that it was replaced
    updates.confirm(call.number("offset"))
    limit = call.number("limit", MAX_BATCH)
    loop = asyncio.get_running_loop()
    until = loop.time() + max(0, min(call.number("timeout"), MAX_TIMEOUT))
    while not (found := updates.batch(limit)):
        if gone.is_set() or state.journal.closed or loop.time() >= until:
            return []
        await state.journal.changed(until - loop.time())
        if updates.poll != mine and not gone.is_set():
            raise ApiError(409, CONFLICT, violation="second_poller")
    return found


async def delete_webhook(state: State, call: Call) -> bool:
    """There never is one; may drop what waits."""
    if call.flag("drop_pending_updates"):
        state.updates.drop()
    return True


async def get_webhook_info(state: State, call: Call) -> Json:  # noqa: ARG001 - the face of a method
    """No webhook, and how much waits."""
    return {"url": "", "has_custom_certificate": False, "pending_update_count": len(state.updates)}


async def set_webhook(state: State, call: Call) -> bool:  # noqa: ARG001 - the face of a method
    """Refused: the stand-in calls nobody."""
    raise bad_request("bad webhook: this stand-in offers getUpdates only", violation="webhook")
