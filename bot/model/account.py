"""Who speaks: an account of an official body on some platform."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Account:
    """An account as its platform describes it.

    ``kind`` names the source ("weibo", "feed", "cap"); ``key`` is the platform's stable id (a Weibo UID, a
    feed's URL). The pair never changes, whatever the account calls itself.
    """

    kind: str
    key: str
    name: str
    url: str
    description: str = ""
    #: What the platform itself vouches for: ``vouching.spelt``, or words alone; "" when it vouches for nothing.
    verified: str = ""
    #: BCP 47 tag of the language it writes in, "" when unknown.
    language: str = ""
    #: The account's home clock as minutes east of UTC, None when unknown. Shown times use it.
    utc_offset: int | None = None
