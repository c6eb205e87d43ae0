"""How the stand-in refuses: the Bot API's error answers, with the wording of the real server."""

from collections.abc import Mapping

#: What the real server answers when a second program polls with the same token.
CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


class ApiError(Exception):
    """An answer with ``ok: false``.

    ``violation`` names a mistake that a correct client never makes; it is counted in ``State.violations``.
    """

    def __init__(
        self, code: int, description: str, *, parameters: Mapping[str, int] | None = None, violation: str = ""
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = dict(parameters or {})
        self.violation = violation


def bad_request(why: str, violation: str = "", **parameters: int) -> ApiError:
    """A 400."""
    return ApiError(400, f"Bad Request: {why}", parameters=parameters, violation=violation)


def forbidden(why: str, violation: str = "") -> ApiError:
    """A 403."""
    return ApiError(403, f"Forbidden: {why}", violation=violation)


def too_many_requests(retry_after: int, violation: str = "") -> ApiError:
    """A 429; ``retry_after`` in whole seconds."""
    return ApiError(
        429,
        f"Too Many Requests: retry after {retry_after}",
        parameters={"retry_after": retry_after},
        violation=violation,
    )
