import asyncio

import pytest

from bot.demo.site.site import POLICE


async def order(client, name, **said):
    answer = await client.post(f"/control/{name}", json=said)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_post_is_written_edited_counted_hidden_and_removed_from_outside(client, visitor, site):
    mid = (await order(client, "post", uid=POLICE, text="积水", pictures=["underpass"]))["mid"]
    await order(client, "edit", mid=mid, text="积水已退")
    await order(client, "figures", mid=mid, forwards=7, comments="1万")
    post = (await visitor.posts(POLICE))[1]
    assert (post["mid"], post["edit_count"], post["reposts_count"], post["comments_count"]) == (mid, 1, 7, "1万")
    await order(client, "hide", mid=mid)
    assert (await visitor.get("/statuses/show", id=mid)).json()["error_code"] == 20112
    await order(client, "remove", mid=mid)
    assert (await visitor.get("/statuses/show", id=mid)).json()["errno"] == "20101"


async def test_a_warning_and_an_item_are_sent_from_outside(client):
    first = (await order(client, "cap", headline_zh="黄色预警"))["identifier"]
    second = (await order(client, "cap", msg_type="Cancel", references=[first]))["identifier"]
    assert first in (await client.get(f"/cap/{second}.xml")).text
    guid = (await order(client, "item", title="提示", text="正文"))["guid"]
    assert guid in (await client.get("/feeds/fire.xml")).text


async def test_faults_are_set_and_cleared_from_outside(client, visitor):
    await order(client, "fault", endpoint="timeline", fault="418", times=-1)
    assert (await visitor.get(f"/api/container/getIndex?containerid=107603{POLICE}")).status_code == 418
    await order(client, "clear")
    assert (await visitor.timeline(POLICE))["ok"] == 1
    await order(client, "revoke")
    assert (await visitor.timeline(POLICE))["ok"] == -100
    asked = (await client.get("/control/asked")).json()
    assert (asked["timeline"], asked["mint"]) == (3, 1)


async def test_the_day_is_started_from_outside(client):
    await order(client, "play", speed=4)
    await order(client, "speed", speed=1_000_000)
    async with asyncio.timeout(20):
        while not (await client.get("/control/state")).json()["finished"]:
            await asyncio.sleep(0.05)
    assert len((await client.get("/control/state")).json()["posts"]) > 40


@pytest.mark.parametrize(
    ("name", "said", "status"),
    [
        ("nothing", {}, 404),
        ("fault", {"endpoint": "timeline", "fault": "no"}, 400),
        ("edit", {"mid": "1", "text": "x"}, 400),
        ("post", {"text": "x"}, 400),
        ("post", [1], 400),
    ],
)
async def test_a_wrong_order_is_told_in_a_sentence(client, name, said, status):
    answer = await client.post(f"/control/{name}", json=said)
    assert answer.status_code == status
    assert answer.json()["error"].endswith(".")


async def test_orders_in_another_form_than_json_are_refused(client, site):
    answer = await client.post("/control/revoke", data={"a": "b"})
    assert answer.status_code == 415
