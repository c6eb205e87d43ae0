"""Which account a text means: the sure source first, each kind of trouble told apart."""

import pytest
from scripted import ScriptedSource, account

from bot.model.reason import Cause, Reason
from bot.sources.face import Claim, NotFoundError, RefusedError, UnreadableError
from bot.watching.directory import Directory, LookupFailedError


class Kind(ScriptedSource):
    def __init__(self, kind: str, claim: Claim, answer: object) -> None:
        super().__init__()
        self.kind, self.claim, self.answer = kind, claim, answer
        self.searched = 0

    def claims(self, what: str) -> Claim:
        return self.claim

    async def find(self, what: str):
        self.searched += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


FOUND = (account("1"),)


def directory(*kinds: Kind) -> Directory:
    return Directory({kind.kind: kind for kind in kinds})


async def test_the_sure_source_is_asked_first_and_the_others_are_not_bothered():
    maybe, sure = Kind("feed", Claim.MAYBE, FOUND), Kind("weibo", Claim.SURE, FOUND)
    assert await directory(maybe, sure).find("1") == FOUND
    assert (maybe.searched, sure.searched) == (0, 1)


async def test_where_one_kind_finds_nothing_the_next_is_asked():
    cap = Kind("cap", Claim.MAYBE, NotFoundError("no CAP", Reason(Cause.NO_ALERTS)))
    feed = Kind("feed", Claim.MAYBE, FOUND)
    assert await directory(cap, feed).find("https://x.example/") == FOUND


async def test_a_refusal_ends_the_search_and_says_so():
    cap = Kind("cap", Claim.MAYBE, RefusedError("HTTP 429", Reason(Cause.REST)))
    feed = Kind("feed", Claim.MAYBE, FOUND)
    with pytest.raises(LookupFailedError) as caught:
        await directory(cap, feed).find("https://x.example/")
    assert (caught.value.trouble, caught.value.reason.cause, feed.searched) == ("refused", Cause.REST, 0)


@pytest.mark.parametrize(
    ("error", "trouble"),
    [(NotFoundError("none", Reason(Cause.NO_FEED)), "not_found"), (UnreadableError("odd"), "broken")],
)
async def test_what_the_last_one_says_is_told_with_its_reason(error, trouble):
    cap = Kind("cap", Claim.MAYBE, NotFoundError("no CAP", Reason(Cause.NO_ALERTS)))
    feed = Kind("feed", Claim.MAYBE, error)
    with pytest.raises(LookupFailedError) as caught:
        await directory(cap, feed).find("https://x.example/")
    assert (caught.value.trouble, caught.value.reason, str(caught.value)) == (trouble, error.reason, str(error))


async def test_what_no_kind_knows_is_told_with_what_to_send_instead():
    with pytest.raises(LookupFailedError, match="Send the link") as caught:
        await directory(Kind("weibo", Claim.NO, FOUND)).find("good morning")
    assert caught.value.reason.cause is Cause.NO_ADDRESS


async def test_a_kind_that_is_named_is_asked_alone_and_an_unknown_one_is_refused():
    feed, cap = Kind("feed", Claim.MAYBE, FOUND), Kind("cap", Claim.SURE, FOUND)
    assert await directory(feed, cap).find("https://x.example/", kind="feed") == FOUND
    assert cap.searched == 0
    with pytest.raises(LookupFailedError, match="there are: cap, feed"):
        await directory(feed, cap).find("https://x.example/", kind="weibo")
