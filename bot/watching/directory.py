"""Which account a text means: asks each kind of source in turn, the sure ones first."""

from collections.abc import Mapping

import structlog

from bot.model.account import Account
from bot.model.reason import Cause, Reason
from bot.sources.face import Claim, NotFoundError, RefusedError, Source, UnreadableError

log = structlog.get_logger(__name__)

_NO_ADDRESS = Reason(Cause.NO_ADDRESS)


class LookupFailedError(Exception):
    """Nothing was found, or could not be asked for. The message is one or two sentences for the command line."""

    def __init__(self, sentence: str, trouble: str = "not_found", reason: Reason = _NO_ADDRESS) -> None:
        super().__init__(sentence)
        #: For the asker in a chat, in whatever language.
        self.reason = reason
        #: "not_found", "refused" or "broken".
        self.trouble = trouble


class Directory:
    """Finds accounts among all kinds of sources."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._sources = sources

    def source(self, kind: str) -> Source:
        """The source of a kind. Raises LookupFailedError for a kind that there is not."""
        if kind not in self._sources:
            raise LookupFailedError(f"There is no kind {kind!r}; there are: {', '.join(sorted(self._sources))}.")
        return self._sources[kind]

    def candidates(self, what: str) -> list[Source]:
        """The sources that could know this text, the sure ones first; no I/O."""
        claims = [(source.claims(what), source) for source in self._sources.values()]
        wanted = [(claim, source) for claim, source in claims if claim is not Claim.NO]
        return [source for _, source in sorted(wanted, key=lambda pair: -pair[0])]

    async def find(self, what: str, kind: str = "") -> tuple[Account, ...]:
        """The accounts that the text means, best first; several only where it is ambiguous."""
        what = what.strip()
        candidates = [self.source(kind)] if kind else self.candidates(what)
        if not candidates:
            raise LookupFailedError(
                f"“{what[:80]}” is no account or address that I know how to watch. Send the link of a Weibo profile, "
                "a Weibo number or @name, the link of a Mastodon, Bluesky, YouTube or public Telegram account, or the link "
                "of a feed (RSS, Atom, JSON Feed) or of a CAP warning list."
            )
        said: list[NotFoundError | UnreadableError] = []
        trouble = "not_found"
        for source in candidates:
            try:
                return await source.find(what)
            except NotFoundError as error:
                said.append(error)
            except UnreadableError as error:
                said.append(error)
                trouble = "broken"
            except RefusedError as error:
                log.info("a site refused to be searched", what=what[:200], kind=source.kind, why=str(error))
                raise LookupFailedError(str(error), "refused", error.reason) from error
        log.info("nothing found", what=what[:200], reasons=[str(error) for error in said])
        # the surest source's word comes first; of those that only might know it, the last one takes most
        sure = candidates[0].claims(what) is Claim.SURE
        chosen = said[0] if sure else said[-1]
        raise LookupFailedError(str(chosen), trouble, chosen.reason)
