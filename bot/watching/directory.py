"""Which account a text means: asks each kind of source in turn, the sure ones first."""

from collections.abc import Mapping

import structlog

from bot.model.account import Account
from bot.sources.face import Claim, NotFoundError, RefusedError, Source, UnreadableError

log = structlog.get_logger(__name__)


class LookupFailedError(Exception):
    """Nothing was found, or could not be asked for. The message is one or two sentences for the asker."""

    def __init__(self, sentence: str, trouble: str = "not_found") -> None:
        super().__init__(sentence)
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
                "a Weibo number or @name, or the link of a feed (RSS, Atom, JSON Feed) or of a CAP warning list."
            )
        reasons: list[str] = []
        trouble = "not_found"
        for source in candidates:
            try:
                return await source.find(what)
            except NotFoundError as error:
                reasons.append(str(error))
            except UnreadableError as error:
                reasons.append(str(error))
                trouble = "broken"
            except RefusedError as error:
                raise LookupFailedError(str(error), "refused") from error
        log.info("nothing found", what=what[:200], reasons=reasons)
        # the surest source's word comes first; of those that only might know it, the last one takes most
        sure = candidates[0].claims(what) is Claim.SURE
        raise LookupFailedError(reasons[0] if sure else reasons[-1], trouble)
