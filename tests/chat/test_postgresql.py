import pytest

from bot.chat.ports import Found
from bot.store.database import Database


@pytest.mark.postgres
async def test_subscribing_and_taking_back_works_on_postgresql_too(server, postgres_url, at_work, police):
    db = await Database.open(postgres_url)
    async with at_work(server, db) as house:
        house.lookout.known["1288915263"] = Found((police,))
        owner = house.world.add_user("Wei")
        group = house.world.add_group("Neighbours", owner.id)
        house.world.say(group.id, owner.id, "/subscribe 1288915263 暴雨")
        message = await house.says(group.id, "is followed here now")
        house.world.press(group.id, owner.id, message.message_id, label="Undo")
        message = await house.says(group.id, "Undone.")
        assert await house.followed(group.id) == []
        house.world.press(group.id, owner.id, message.message_id, label="Put back")
        await house.says(group.id, "is followed here again")
        new = house.world.upgrade(group.id)
        house.world.say(new.id, owner.id, "/status")
        await house.says(new.id, "平安北京")
        assert [listed.filter for listed in await house.followed(new.id)] == ["暴雨"]
    await db.close()
