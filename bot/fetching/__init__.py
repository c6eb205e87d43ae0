"""The guarded HTTP client: pace per host, validators, size and address limits."""

from bot.fetching.face import (
    AddressRefusedError,
    BadRedirectError,
    Fetcher,
    FetchError,
    Keep,
    Limits,
    Request,
    Response,
    RestingError,
    SitePace,
    StatusError,
    Streamer,
    TooLargeError,
    UnreachableError,
    Validators,
)
from bot.fetching.fetcher import GuardedFetcher, user_agent
from bot.fetching.redirects import LearnedRedirect, learn_redirect

__all__ = [
    "AddressRefusedError",
    "BadRedirectError",
    "FetchError",
    "Fetcher",
    "GuardedFetcher",
    "Keep",
    "LearnedRedirect",
    "Limits",
    "Request",
    "Response",
    "RestingError",
    "SitePace",
    "StatusError",
    "Streamer",
    "TooLargeError",
    "UnreachableError",
    "Validators",
    "learn_redirect",
    "user_agent",
]
