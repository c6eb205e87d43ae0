import asyncio
from datetime import UTC, datetime

from telegram import Chat, InlineQuery, Message, Update, User

from bot.chat.ordering import AT_ONCE, WAITING_OF_ONE_CHAT, InOrder


def update(number, chat_id):
    message = Message(number, datetime.now(UTC), Chat(chat_id, "private"), text="x")
    return Update(number, message=message)


async def test_updates_of_one_chat_are_handled_one_after_another_and_chats_side_by_side():
    order, processor, gate = [], InOrder(), asyncio.Event()

    async def handle(chat_id, number):
        if (chat_id, number) == (1, 0):
            await gate.wait()
        order.append((chat_id, number))

    pairs = [(1, 0), (1, 1), (2, 0), (1, 2), (2, 1)]
    tasks = [
        asyncio.create_task(processor.process_update(update(i, chat), handle(chat, number)))
        for i, (chat, number) in enumerate(pairs)
    ]
    await asyncio.gather(tasks[2], tasks[4])
    assert order == [(2, 0), (2, 1)]
    gate.set()
    await asyncio.gather(*tasks)
    assert order[2:] == [(1, 0), (1, 1), (1, 2)]


async def test_no_more_than_the_bound_work_at_once():
    processor, working, most = InOrder(), 0, 0

    async def handle():
        nonlocal working, most
        working += 1
        most = max(most, working)
        await asyncio.sleep(0)
        working -= 1

    await asyncio.gather(*(processor.process_update(update(n, n + 1), handle()) for n in range(5 * AT_ONCE)))
    assert 1 < most <= AT_ONCE


async def test_a_flooding_chat_loses_what_is_too_much_and_slows_nobody():
    processor, gate, handled = InOrder(), asyncio.Event(), []

    async def handle(chat_id):
        if chat_id == 1:
            await gate.wait()
        handled.append(chat_id)

    flood = [
        asyncio.create_task(processor.process_update(update(n, 1), handle(1)))
        for n in range(WAITING_OF_ONE_CHAT + 50)
    ]
    # one turn of the loop: every task of the flood has begun (since 3.12 wait_for alone gives them none)
    await asyncio.sleep(0)
    await asyncio.wait_for(processor.process_update(update(999, 2), handle(2)), 5)
    assert handled == [2]
    gate.set()
    await asyncio.gather(*flood)
    assert handled.count(1) == WAITING_OF_ONE_CHAT


async def test_an_update_cancelled_while_it_waits_lets_the_next_one_in():
    processor, gate, handled = InOrder(), asyncio.Event(), []

    async def handle(number):
        if number == 0:
            await gate.wait()
        handled.append(number)

    tasks = [asyncio.create_task(processor.process_update(update(n, 1), handle(n))) for n in range(3)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    gate.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert handled == [0, 2]


async def test_what_one_person_asks_inline_waits_for_nobody_else():
    processor, gate, handled = InOrder(), asyncio.Event(), []

    def asked(number, user_id):
        return Update(number, inline_query=InlineQuery(str(number), User(user_id, "Wei", is_bot=False), "rain", ""))

    async def handle(user_id):
        if user_id == 1:
            await gate.wait()
        handled.append(user_id)

    slow = asyncio.create_task(processor.process_update(asked(1, 1), handle(1)))
    await asyncio.sleep(0)
    await asyncio.wait_for(processor.process_update(asked(2, 2), handle(2)), 5)
    assert handled == [2]
    gate.set()
    await slow
