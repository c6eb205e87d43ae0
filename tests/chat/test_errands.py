import asyncio

from bot.chat.errands import AT_ONCE, FOR_ONE_CHAT, Errand, Errands


class Told:
    def __init__(self):
        self.failures, self.stops = [], 0

    async def failed(self, error):
        self.failures.append(error)

    async def stopped(self):
        self.stops += 1


async def ended(errands):
    async with asyncio.timeout(5):
        while errands._tasks:
            await asyncio.sleep(0)


async def test_errands_of_one_chat_go_one_after_another_up_to_a_bound():
    errands, told, done, gate = Errands(), Told(), [], asyncio.Event()

    def work(number):
        async def run():
            await gate.wait()
            done.append(number)

        return run

    taken = [errands.begin(1, Errand(work(n), told.failed, told.stopped)) for n in range(FOR_ONE_CHAT + 2)]
    assert taken == [True] * FOR_ONE_CHAT + [False, False]
    assert errands.begin(2, Errand(work(99), told.failed, told.stopped))
    gate.set()
    await ended(errands)
    assert [n for n in done if n != 99] == list(range(FOR_ONE_CHAT))
    assert 99 in done
    assert errands.begin(1, Errand(work(7), told.failed, told.stopped))
    await ended(errands)


async def test_at_most_so_many_work_at_once():
    errands, told, working, most = Errands(), Told(), 0, 0

    async def run():
        nonlocal working, most
        working += 1
        most = max(most, working)
        await asyncio.sleep(0.01)
        working -= 1

    for chat_id in range(3 * AT_ONCE):
        assert errands.begin(chat_id, Errand(run, told.failed, told.stopped))
    await ended(errands)
    assert most == AT_ONCE


async def test_a_failure_is_told_once_and_the_next_errand_goes_on():
    errands, told, done = Errands(), Told(), []

    async def broken():
        raise ValueError("no")

    async def fine():
        done.append(1)

    errands.begin(1, Errand(broken, told.failed, told.stopped))
    errands.begin(1, Errand(fine, told.failed, told.stopped))
    await ended(errands)
    assert [type(error) for error in told.failures] == [ValueError]
    assert (done, told.stops) == ([1], 0)


async def test_stopping_lets_each_say_so_also_those_that_waited():
    errands, told = Errands(), Told()
    started = asyncio.Event()

    async def forever():
        started.set()
        await asyncio.Event().wait()

    for _ in range(3):
        errands.begin(1, Errand(forever, told.failed, told.stopped))
    await started.wait()
    await errands.stop(1.0)
    assert (told.stops, told.failures) == (3, [])


async def test_a_last_word_that_hangs_does_not_hold_the_stop():
    errands, told = Errands(), Told()

    async def forever():
        await asyncio.Event().wait()

    errands.begin(1, Errand(forever, told.failed, forever))
    await asyncio.sleep(0)
    await asyncio.wait_for(errands.stop(0.2), 5)
    assert told.failures == []
