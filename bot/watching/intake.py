"""From one page of posts to revisions with their deliveries, in one transaction: what is seen is queued."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model.alert import MsgType, Scope, Status
from bot.model.post import Post, RevisionKind
from bot.reading.occasions import Occasion
from bot.reading.relaying import is_over, why_not_relayed
from bot.reading.sameness import Happening, happening_of, same
from bot.store import events, happenings
from bot.store import posts as post_store
from bot.store.accounts import Watch
from bot.store.fingerprint import fingerprint, title_key
from bot.store.posts import KnownPost, Pointer
from bot.watching.foreseeing import Foreseen
from bot.watching.queueing import Predecessor, Queueing, Said

log = structlog.get_logger(__name__)

#: A feed's entry older than this at first sight is not news: agencies republish archives (sources.md 4.12).
OLDEST_NEWS = timedelta(days=30)
#: A page this long whose ids are all unknown is a renumbered page rather than news (sources.md 4.12).
CHURN_PAGE = 3
#: A warning of which nothing was said for so long is another one: warnings are renewed within a day, and a storm that
#: is long over may never have been lifted in words.
GOES_ON_FOR = timedelta(hours=48)


@dataclass(slots=True)
class Taken:
    """What a page came to."""

    new: int = 0
    edited: int = 0
    queued: int = 0
    #: Oldest publication time of an unpinned post of the first look.
    floor: datetime | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def news(self) -> bool:
        """True when anything was new or edited."""
        return bool(self.new or self.edited)


async def take_in(
    conn: AsyncConnection,
    watch: Watch,
    posts: Sequence[Post],
    now: datetime,
    *,
    ids_may_churn: bool,
    prints: Mapping[str, str] | None = None,
    foreseen: Foreseen | None = None,
    one_event: bool = True,
) -> Taken:
    """Record a page and queue what it means. ``watch.baseline_at`` None makes it the first look: known, not news.

    ``prints`` are the posts' fingerprints by id, where they were taken beforehand (off the loop); ``foreseen`` is whose
    filters let posts through, as far as that is known already. ``one_event`` False: what other accounts told is not
    looked at.
    """
    queueing = Queueing(conn, watch.account_id, now, foreseen, watch.account.name)
    weights = foreseen.weights if foreseen else {}
    occasions = {post_id: weight.occasion for post_id, weight in weights.items()}
    proved = {post_id: weight.happening for post_id, weight in weights.items()} if one_event else None
    intake = _Intake(
        conn,
        watch,
        now,
        queueing,
        ids_may_churn=ids_may_churn,
        prints=prints or {},
        occasions=occasions,
        proved=proved,
    )
    await intake.take(posts)
    return intake.taken


async def withdraw(conn: AsyncConnection, account_id: int, known: KnownPost, now: datetime) -> int:
    """Record that the agency removed a post, and queue what that means. Gives the number of deliveries queued."""
    last = await post_store.revision(conn, known.post_id, known.revision)
    # another fingerprint than the post's own, so that its return is seen as a change; the column takes 64
    mark = f"withdrawn {fingerprint(last.post)}"[:64]
    number = await post_store.revise(conn, known.post_id, last.post, mark, RevisionKind.WITHDRAWN, now)
    queueing = Queueing(conn, account_id, now)
    await queueing.withdraw(Said(known.post_id, number, last.post))
    return queueing.queued


class _Intake:
    """The work of one page; lives for one transaction."""

    def __init__(
        self,
        conn: AsyncConnection,
        watch: Watch,
        now: datetime,
        queueing: Queueing,
        *,
        ids_may_churn: bool,
        prints: Mapping[str, str],
        occasions: Mapping[str, Occasion | None],
        proved: Mapping[str, Happening | None] | None,
    ) -> None:
        self._proved = proved
        self._prints = prints
        self._occasions = occasions
        self._conn = conn
        self._watch = watch
        self._now = now
        self._ids_may_churn = ids_may_churn
        self._first_look = watch.baseline_at is None
        self._queueing = queueing
        self._counted = queueing.counted
        self.taken = Taken()

    async def take(self, posts: Sequence[Post]) -> None:
        page = {post.id: post for post in posts if not post.incomplete}  # one id, one post: the last one wins
        # oldest first, so that chats read in order and an update finds what it updates
        ordered = sorted(page.values(), key=lambda p: (p.published or self._now, p.id))
        known = await post_store.known(self._conn, self._watch.account_id, [p.id for p in ordered])
        if self._ids_may_churn and not self._first_look:
            known |= await self._renumbered([p for p in ordered if p.id not in known], len(ordered))
        for post in ordered:
            before = known.get(post.id)
            print_ = self._print(post)
            if before is None:
                await self._new(post, print_)
            elif before.fingerprint != print_:
                await self._edited(post, print_, before)
            elif post.id in self._counted and not before.why_not and before.state == "current":
                await self._recounted(post, before)
        if self._first_look:
            times = [p.published for p in ordered if p.published and not p.pinned]
            self.taken.floor = min(times, default=None)
        self.taken.queued = self._queueing.queued

    def _print(self, post: Post) -> str:
        return self._prints.get(post.id) or fingerprint(post)

    async def _new(self, post: Post, print_: str) -> None:
        if not _may_end_others(post):
            post = replace(post, supersedes=())
        old = await self._predecessors(post)
        lifts = bool(old) and post.alert is not None and is_over(post.alert)
        pointers = await post_store.pointing_at(self._conn, self._watch.account_id, [post.id, *post.aliases])
        why_not = self._why_not(post, pointers, lifts=lifts)
        root_id = await self._root(post, old, pointers)
        post_id = await post_store.add(
            self._conn,
            self._watch.account_id,
            self._marked(post),
            print_,
            self._now,
            why_not=why_not,
            root_id=root_id,
            last_look=self._watch.last_ok_at,
        )
        self.taken.new += 1
        # what may not be shown, as it is a test or has expired, changes nothing of what was said
        if not why_not_relayed(post, self._now, lifts=lifts):
            await self._settle_states(old, lifts=lifts or _cancels(post))
        if pointers:
            await post_store.set_state(self._conn, post_id, _ended_by(pointers))
        if why_not:
            return
        said = Said(post_id, 1, post)
        predecessors = [await self._predecessor(k) for k in old]
        event = await events.of_event(self._conn, root_id) if root_id is not None and predecessors else []
        if lifts or _cancels(post):
            await self._queueing.lift(said, predecessors, event)
        elif predecessors:
            await self._queueing.update(said, predecessors, event)
        else:
            await self._join_others(said)
            await self._queueing.say(said)

    async def _join_others(self, said: Said) -> None:
        """Note what event a new post tells of, and that it is the one that another account told of, where both prove
        it. Where two events could be meant, or the account told of that one before, it is another.
        """
        happening = self._happening(said.post)
        if happening is None:
            return
        alike = [each for each in await happenings.near(self._conn, happening) if same(happening, each.happening)]
        firsts = {each.first_id for each in alike}
        first_id = said.post_id
        if len(firsts) == 1:
            (found,) = firsts
            if self._watch.account_id not in await happenings.accounts_of(self._conn, found):
                first_id = found
        known = happenings.Known(said.post_id, self._watch.account_id, first_id, happening)
        await happenings.put(self._conn, known)

    def _happening(self, post: Post) -> Happening | None:
        if self._proved is None:
            return None
        try:
            return self._proved.get(post.id) or happening_of(post, self._now)
        except Exception:  # design rule 7: then it rings by itself
            log.exception("a post could not be compared with those of other accounts", post=post.id)
            return None

    async def _edited(self, post: Post, print_: str, before: KnownPost) -> None:
        last = await post_store.revision(self._conn, before.post_id, before.revision)
        marked = self._marked(post)
        number = await post_store.revise(self._conn, before.post_id, marked, print_, RevisionKind.EDITED, self._now)
        self.taken.edited += 1
        # a post of the first look is not rung for an edit either
        if before.why_not == post_store.FIRST_LOOK:
            return
        pointers = await post_store.pointing_at(self._conn, self._watch.account_id, [post.id, *post.aliases])
        await self._queueing.edit(
            Said(before.post_id, number, post),
            last.post,
            returned=before.state == "withdrawn",
            why_not_new=self._why_not(post, pointers, lifts=False),
        )

    async def _recounted(self, post: Post, before: KnownPost) -> None:
        """Its counts passed what somebody asked for; the message shows the new ones."""
        await post_store.recount(self._conn, before.post_id, before.revision, post)
        await self._queueing.count(Said(before.post_id, before.revision, post))

    def _why_not(self, post: Post, pointers: Sequence[Pointer], *, lifts: bool) -> str:
        """Why a post is not rung as new, "" when it is."""
        if self._first_look:
            return post_store.FIRST_LOOK
        floor = self._watch.baseline_floor
        if post.published and floor and post.published < floor and post.alert is None:
            return "older than the first look"
        if self._ids_may_churn and post.published and self._now - post.published > OLDEST_NEWS:
            return f"older than {OLDEST_NEWS.days} days"
        why = why_not_relayed(post, self._now, lifts=lifts)
        if why:
            return why
        # feeds list newest first and documents come in any order: what ended it may have been read before it
        if not pointers:
            return ""
        return "cancelled before it was seen" if _ended_by(pointers) == "cancelled" else "updated before it was seen"

    async def _predecessors(self, post: Post) -> list[KnownPost]:
        if not post.supersedes:
            return []
        found = await post_store.resolve(self._conn, self._watch.account_id, list(post.supersedes))
        return [k for k in found if k.ext_id != post.id]

    async def _root(self, post: Post, old: Iterable[KnownPost], pointers: Iterable[Pointer]) -> int | None:
        """The first post of the event; where this one joins several events, they are one from now on."""
        members = list(old)
        # it is older than what points at it, yet what chats were told of first is the head of the thread
        members += filter(None, [await post_store.get(self._conn, pointer.post_id) for pointer in pointers])
        if post.event_id:
            first = await post_store.by_event(self._conn, self._watch.account_id, post.event_id)
            members += [first] if first is not None else []
        members += await self._going_on(post)
        roots = sorted({known.root_id or known.post_id for known in members})
        if not roots:
            return None
        await events.join_events(self._conn, roots[1:], roots[0])
        return roots[0]

    async def _going_on(self, post: Post) -> list[KnownPost]:
        """The newest post of the warning that this one goes on with, where that still stands: nothing lifted it since."""
        occasion = self._occasions.get(post.id)
        if occasion is None:
            return []
        found = await post_store.newest_marked(self._conn, self._watch.account_id, occasion.names)
        if found is None:
            return []
        known, mark = found
        stands = mark == occasion.name and known.state != "withdrawn"
        return [known] if stands and (post.published or self._now) - known.published_at <= GOES_ON_FOR else []

    def _marked(self, post: Post) -> Post:
        """The post with the warning that it tells of as its event, where its platform gives none."""
        occasion = self._occasions.get(post.id)
        return post if occasion is None or post.event_id else replace(post, event_id=occasion.mark)

    async def _settle_states(self, old: Iterable[KnownPost], *, lifts: bool) -> None:
        for known in old:
            # the agency has taken it back: no update makes it current
            if known.state != "withdrawn":
                await post_store.set_state(self._conn, known.post_id, "cancelled" if lifts else "superseded")

    async def _predecessor(self, known: KnownPost) -> Predecessor:
        last = await post_store.revision(self._conn, known.post_id, known.revision)
        return Predecessor(known.post_id, known.revision, last.post, in_force=known.state == "current")

    async def _renumbered(self, unknown: Sequence[Post], page_size: int) -> dict[str, KnownPost]:
        """Posts known by another id: their feed gives the same entries new ids.

        Only a page on which every id is unknown is suspected. On it a post is the same when its link and title are
        (or, where links change too, its title and whole content); a short page must agree in content as well, for a
        warning issued again in the same words is news.
        """
        if not unknown or len(unknown) < page_size:
            return {}
        urls, titles = [p.url for p in unknown], [title_key(p) for p in unknown]
        candidates = await post_store.known_by_link_or_title(self._conn, self._watch.account_id, urls, titles)
        found: dict[str, KnownPost] = {}
        taken: set[int] = set()
        for post in unknown:
            same = next((k for k in candidates if k.post_id not in taken and self._same(post, k, page_size)), None)
            if same is not None:
                taken.add(same.post_id)
                await post_store.rename_ext_id(self._conn, same.post_id, post.id)
                found[post.id] = replace(same, ext_id=post.id)
        if found:
            self.taken.notes.append(
                f"{len(found)} known entries came with new ids (the feed renumbers); not repeated"
            )
        return found

    def _same(self, post: Post, known: KnownPost, page_size: int) -> bool:
        same_words = known.fingerprint == self._print(post)
        if page_size < CHURN_PAGE:
            return same_words and known.published_at == post.published
        return known.title_key == title_key(post) and (same_words or known.url == post.url)


def _cancels(post: Post) -> bool:
    return post.alert is not None and post.alert.msg_type is MsgType.CANCEL


def _ended_by(pointers: Iterable[Pointer]) -> str:
    """The state of a post that is pointed at."""
    return "cancelled" if any(pointer.cancels for pointer in pointers) else "superseded"


def _may_end_others(post: Post) -> bool:
    """False for a test, an exercise or a restricted message that names a real one: it must not lift it."""
    return post.alert is None or (post.alert.status is Status.ACTUAL and post.alert.scope is Scope.PUBLIC)
