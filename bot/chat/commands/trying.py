"""/try, /why and /whynot: what a filter would do with the posts that are known, what let one through, what kept one back."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from bot.chat.commands.filtering import decided_by, listed, mistake, shown
from bot.chat.commands.listing import fits, numbered
from bot.chat.desk import Command, Desk
from bot.chat.manners import current
from bot.chat.scene import Scene
from bot.chat.trials import add_trial, facts_for, tried_on
from bot.chat.whereabouts import whereabouts
from bot.chat.whys import entry, gathered
from bot.chat.wording import Say, named, packed, together
from bot.delivery.composing import moment
from bot.delivery.face import Styled
from bot.delivery.hours import offset_of
from bot.delivery.kept import KEPT, in_order
from bot.delivery.manners import HELD_BACK, WHY_MUTED
from bot.locales import Phrases
from bot.matching.evaluating import Truth, judge
from bot.matching.facts import Facts
from bot.matching.nearness import new_units
from bot.matching.parsing import FilterError, parse, read_back
from bot.matching.tree import Tree, key_of
from bot.model.delivery import State
from bot.model.post import Post
from bot.store import deferred, deliveries, posts, subscriptions, summaries
from bot.store.mutes import MUTED
from bot.store.subscriptions import Listed
from bot.store.summaries import Summary

#: Answers of /why and /whynot name at most so many subscriptions.
_SUBSCRIPTIONS = 8
#: Of a message that lists several posts, so many are looked at; and room for what let one through, UTF-16 units.
_EACH, _ROOM = 20, 1500
#: A link longer than this is none that a site gives out.
_LINK = 2000


class Trying:
    """The three commands."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._units = new_units()
        self.commands: Mapping[str, Command] = {"try": self.try_, "why": self.why, "whynot": self.whynot}

    async def try_(self, scene: Scene, rest: str) -> None:
        """``rest``: a filter, or what is followed (as /unsubscribe takes it) and a filter."""
        followed = await self._followed(scene)
        if not rest.strip():
            await self._desk.tell(scene, "try.how")
            return
        if not followed:
            await self._desk.tell(scene, "list.empty")
            return
        first, *behind = rest.split(maxsplit=1)
        meant = [entry.listed for entry in numbered(followed) if fits(entry, first, len(followed))]
        text = behind[0] if meant and behind else rest
        try:
            tree = parse(text)
        except FilterError as error:
            await self._desk.answer(scene, mistake(scene.phrases, error))
            return
        accounts = {each.account_id: each.account for each in (meant if meant and behind else followed)}
        trial = await tried_on(self._desk.db, tree, accounts)
        await self._desk.answer(scene, add_trial(Say(scene.phrases), trial).styled())

    async def why(self, scene: Scene, _rest: str) -> None:
        """Said as a reply to a post that the bot brought."""
        if not scene.place.reply_to:
            await self._desk.tell(scene, "why.how")
            return
        async with self._desk.db.read() as conn:
            summary = await summaries.of_message(conn, scene.chat_id, scene.place.reply_to)
        if summary is not None:
            await self._why_each(scene, summary)
            return
        async with self._desk.db.read() as conn:
            sent = await deliveries.of_message(conn, scene.chat_id, scene.place.reply_to)
            known = await posts.get(conn, sent.post_id) if sent is not None else None
            if sent is None or known is None:
                revision = None
            else:
                revision = await posts.revision(conn, known.post_id, sent.revision)
                account_id = await posts.account_of(conn, known.post_id)
            followed = await subscriptions.of_chat(conn, scene.chat_id, scene.target.thread_id)
        if revision is None:
            await self._desk.tell(scene, "why.unknown")
            return
        blocks = await self._verdicts(
            scene.phrases,
            [each for each in followed if each.account_id == account_id],
            revision.post,
            revision.number,
        )
        passing = [block for block, passes in blocks if passes]
        if not passing:
            await self._desk.tell(scene, "why.gone")
            return
        where = (await whereabouts(self._desk.db, scene, revision.post, self._units)).why(scene.phrases)
        held = await self._held_back(scene, known.post_id) if known else ()
        await self._answer(scene, [*passing[:_SUBSCRIPTIONS], *held, *([where] if where.text else [])])

    async def _why_each(self, scene: Scene, summary: Summary) -> None:
        """What let through the posts that a message lists: as many as one answer holds, those together that have it alike."""
        now = self._desk.clock()
        async with self._desk.db.read() as conn:
            if summary.notice.startswith(KEPT):
                missed = await in_order(conn, summary.listed, now)
            else:
                missed = await deliveries.missed(conn, summary.listed)
            named = [
                (each, (await posts.revision(conn, each.post_id, each.revision)).post) for each in missed[:_EACH]
            ]
        followed = await self._followed(scene)
        why: dict[Styled, list[Styled]] = {}
        for each, post in named:
            mine = [listed for listed in followed if listed.account_id == each.account_id]
            offset = post.utc_offset
            if offset is None and mine:
                offset = mine[0].account.utc_offset
            why.setdefault(await self._let_through(scene, mine, post, each.revision), []).append(
                entry(scene.phrases, post, moment(each.published_at, offset, scene.phrases))
            )
        await self._desk.answer(scene, gathered(scene.phrases, why, len(summary.listed)))

    async def _let_through(self, scene: Scene, followed: Sequence[Listed], post: Post, revision: int) -> Styled:
        """The subscriptions that let a post through, as many as one of several posts has room for; one in any case."""
        blocks = await self._verdicts(scene.phrases, followed, post, revision)
        passing = [block for block, passes in blocks if passes][:_SUBSCRIPTIONS]
        if not passing:
            return Say(scene.phrases).phrase("why.gone").styled()
        where = (await whereabouts(self._desk.db, scene, post, self._units)).why(scene.phrases)
        return together([packed(passing, "\n", _ROOM)[0], *([where] if where.text else [])], "\n")

    async def whynot(self, scene: Scene, rest: str) -> None:
        """``rest``: the link of a post."""
        link = rest.strip()[:_LINK]
        if not link:
            await self._desk.tell(scene, "whynot.how")
            return
        followed = await self._followed(scene)
        accounts = sorted({each.account_id for each in followed})
        async with self._desk.db.read() as conn:
            found = await posts.by_link(conn, accounts, _spellings(link), _ids(link)) if accounts else None
            revision = await posts.revision(conn, found[1].post_id, found[1].revision) if found is not None else None
        if found is None or revision is None:
            await self._desk.tell(scene, "whynot.unknown")
            return
        account_id, known = found
        mine = [each for each in followed if each.account_id == account_id]
        blocks = await self._verdicts(scene.phrases, mine, revision.post, revision.number)
        said = [block for block, passes in blocks if not passes or any(ok for _, ok in blocks)][:_SUBSCRIPTIONS]
        where = await whereabouts(self._desk.db, scene, revision.post, self._units)
        if where.elsewhere:
            said.append(where.whynot(scene.phrases))
        elif any(passes for _, passes in blocks):
            key = "whynot.passed"
            if known.why_not:
                key = "whynot.first" if known.why_not == posts.FIRST_LOOK else "whynot.old"
            held_back = await self._held_back(scene, known.post_id)
            said += held_back or [Say(scene.phrases).phrase(key).styled()]
        await self._answer(scene, said)

    async def _held_back(self, scene: Scene, post_id: int) -> list[Styled]:
        """What the manners of this chat and topic did to a post, nothing where they did nothing."""
        async with self._desk.db.read() as conn:
            fate = await deferred.fate(conn, (scene.chat_id, scene.target.thread_id), post_id)
        say = Say(scene.phrases)
        if fate is not None and fate.state is State.DEFERRED:
            zone = (await current(self._desk, scene)).zone
            say.phrase("whynot.held", when=moment(fate.due_at, offset_of(zone, fate.due_at), scene.phrases))
        elif fate is not None and fate.why.startswith(HELD_BACK):
            say.phrase("why.held")
        elif fate is not None and fate.why == WHY_MUTED:
            say.phrase("whynot.muted")
        elif fate is not None and fate.why == MUTED:
            say.phrase("whynot.muted_event")
        styled = say.styled()
        return [styled] if styled.text else []

    async def _verdicts(
        self, phrases: Phrases, followed: Iterable[Listed], post: Post, revision: int
    ) -> list[tuple[Styled, bool]]:
        """What each subscription says to a post, and whether it lets it through."""
        found: dict[str, tuple[Styled, bool]] = {}
        facts: Facts | None = None
        for each in followed:
            tree = read_back(each.filter)
            if facts is None:
                facts = await asyncio.to_thread(facts_for, post, each.account.name, revision)
            found[key_of(tree)] = _verdict(phrases, each, tree, facts)
        return list(found.values())

    async def _answer(self, scene: Scene, blocks: Sequence[Styled]) -> None:
        for message in packed(blocks, "\n"):
            await self._desk.answer(scene, message)

    async def _followed(self, scene: Scene) -> list[Listed]:
        async with self._desk.db.read() as conn:
            return await subscriptions.of_chat(conn, scene.chat_id, scene.target.thread_id)


def _verdict(phrases: Phrases, each: Listed, tree: Tree, facts: Facts) -> tuple[Styled, bool]:
    say = Say(phrases)
    if not each.filter:
        return say.phrase("why.everything", name=named(each.account)).styled(), True
    passes = judge(tree, facts) is not Truth.NO
    sure, unknown = decided_by(tree, facts)
    say.phrase("why.passes", name=named(each.account), filter=shown(each.filter))
    if sure:
        say.line("why.because" if passes else "whynot.stopped", parts=listed(sure))
    if unknown:
        say.line("try.unsure", parts=listed(unknown))
    return say.styled(), passes


def _spellings(link: str) -> list[str]:
    """A link, and the same without what apps hang on it, by either protocol."""
    plain = link.partition("#")[0]
    bare = plain.partition("?")[0].rstrip("/")
    found = {link, plain, bare, f"{bare}/"}
    found |= {each.replace("http://", "https://", 1) for each in found if each.startswith("http://")}
    found |= {f"https://{each}" for each in found if "://" not in each}
    return sorted(found | {each.replace("https://", "http://", 1) for each in found})


def _ids(link: str) -> list[str]:
    """What may be a post's id in a link: its last step."""
    step = link.partition("#")[0].partition("?")[0].rstrip("/").rpartition("/")[2]
    return [step] if step else []
