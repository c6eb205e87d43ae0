"""Stand-ins with two or three methods that several folders of tests hand in: a messenger and a source."""

from dataclasses import dataclass, field

from bot.delivery.face import Part
from bot.model.account import Account
from bot.model.delivery import SentPart
from bot.model.post import Post
from bot.model.subscription import Target
from bot.sources.face import Claim, Outcome, Pace, Posts, Presence


@dataclass
class Shown:
    """A message as a chat shows it."""

    id: int
    target: Target
    text: str
    silent: bool
    reply_to: int | None
    edits: list[str] = field(default_factory=list)


class ScriptedMessenger:
    """A chat platform in memory. ``before`` and ``after`` may raise, with what was asked."""

    def __init__(self) -> None:
        self.messages: list[Shown] = []
        self.reached: list[Target] = []
        self.before = lambda _what: None
        self.after = lambda _what: None

    async def reach(self, target) -> None:
        self.reached.append(target)
        self.before(("reach", target, None))

    async def send(self, target, part: Part, *, silent=False, reply_to=None, paid=False) -> SentPart:
        self.before(("send", target, part))
        count = max(1, len(part.media))
        ids = tuple(len(self.messages) + 1 + n for n in range(count))
        for number in ids:
            text = part.styled.text if number == ids[0] else ""
            self.messages.append(Shown(number, target, text, silent, reply_to))
        self.after(("send", target, part))
        return SentPart(ids, "text" if not part.media else "caption")

    async def edit(self, target, sent: SentPart, part: Part) -> None:
        self.before(("edit", target, part))
        message = self.messages[sent.message_ids[0] - 1]
        message.edits.append(message.text)
        message.text = part.styled.text
        self.after(("edit", target, part))

    def texts(self, chat_id: int) -> list[str]:
        return [message.text for message in self.messages if message.target.chat_id == chat_id]


class ScriptedSource:
    """A platform whose next answers are laid out beforehand."""

    kind = "weibo"
    pace = Pace(default=10, floor=5, ceiling=60, promise=100)
    ids_may_churn = False

    def __init__(self) -> None:
        self.outcome: Outcome = Posts(())
        self.presence: dict[str, Presence] = {}
        self.asked: list[str] = []

    def claims(self, what: str) -> Claim:
        return Claim.SURE if what.isdigit() else Claim.NO

    async def find(self, what: str) -> tuple[Account, ...]:
        return (account(what),)

    async def poll(self, account: Account, memory) -> Outcome:
        return self.outcome

    async def confirm(self, account: Account, post_id: str) -> Presence:
        self.asked.append(post_id)
        return self.presence.get(post_id, Presence.UNKNOWN)

    def read(self, body: bytes, origin: str) -> tuple[Post, ...]:
        return ()


def account(key: str = "1288915263") -> Account:
    return Account("weibo", key, "平安北京", f"https://weibo.com/u/{key}", language="zh", utc_offset=480)
