"""What is followed moves to another chat as it was."""

from bot.model.manners import Own, Telling, Way
from bot.model.subscription import ChatKind
from bot.store import chats, coverages, manners, moving, subscriptions
from bot.store.moving import Place


async def test_a_subscriptions_own_way_of_telling_goes_along(db, clock, account_id):
    async with db.begin() as conn:
        source = await chats.ensure(conn, 1001, ChatKind.PRIVATE, "", clock(), "en")
        target = await chats.ensure(conn, 1002, ChatKind.PRIVATE, "", clock(), "en")
        await subscriptions.add(conn, source, 0, account_id, (), "", None, clock())
        [only] = await subscriptions.of_chat(conn, source, 0)
        await manners.set_own(conn, source, only.subscription_id, Own(Telling(Way.SILENT)))
        assert await moving.move(conn, Place(source, 0), Place(target, 0), clock()) == 1
        assert list((await manners.own_of_place(conn, target, 0)).values()) == [Own(Telling(Way.SILENT))]


async def test_running_reports_as_one_message_go_along_and_do_not_stay(db, clock, account_id):
    async with db.begin() as conn:
        source = await chats.ensure(conn, 1001, ChatKind.PRIVATE, "", clock(), "en")
        target = await chats.ensure(conn, 1002, ChatKind.PRIVATE, "", clock(), "en")
        await subscriptions.add(conn, source, 0, account_id, (), "", None, clock())
        await coverages.choose(conn, source, 0, account_id, live=True)
        await moving.move(conn, Place(source, 0), Place(target, 7), clock())
        assert await coverages.of_place(conn, target, 7) == {account_id}
        assert await coverages.of_place(conn, source, 0) == set()
