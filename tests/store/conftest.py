"""What the store's tests build on: a post to vary, an account and a chat that are stored."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.model.account import Account
from bot.model.post import Post
from bot.model.subscription import ChatKind
from bot.store import accounts, chats
from bot.store.database import Database

#: Telegram's id of the chat that ``chat_id`` stores.
TELEGRAM_ID = -100200300

POST = Post(
    kind="weibo",
    account="1288915263",
    id="4470000000000001",
    text="今天白天请市民注意出行安全。",
    url="https://weibo.com/1288915263/4470000000000001",
    author="平安北京",
)

ACCOUNT = Account(
    kind="weibo",
    key="1288915263",
    name="平安北京",
    url="https://weibo.com/u/1288915263",
    description="北京市公安局官方微博",
    verified="government: 北京市公安局官方微博",
    language="zh-Hans",
    utc_offset=480,
)


@pytest.fixture
def account() -> Account:
    return ACCOUNT


@pytest.fixture
def a_post() -> Callable[..., Post]:
    """Makes a post like the others but for what is given."""

    def make(**changes) -> Post:
        return replace(POST, **changes)

    return make


@pytest.fixture
async def account_id(db: Database, clock) -> int:
    async with db.begin() as conn:
        return await accounts.upsert(conn, ACCOUNT, clock())


@pytest.fixture
async def chat_id(db: Database, clock) -> int:
    async with db.begin() as conn:
        return await chats.ensure(conn, TELEGRAM_ID, ChatKind.GROUP, "Fengtai neighbours", clock(), "zh-Hans")


@pytest.fixture
async def second(db: Database, db_url: str):
    """The same database opened again, as another process would have it."""
    other = await Database.open(db_url)
    yield other
    await other.close()
