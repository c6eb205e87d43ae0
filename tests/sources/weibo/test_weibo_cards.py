import pytest
from weibo_shapes import UID, card, mblog, mid_at, timeline

from bot.sources.weibo.cards import owner_of, read_page


def page_of(*cards, uid=UID, **info):
    return read_page(timeline(*cards, **info)["data"], uid)


def test_every_post_of_the_page_is_taken_in_its_order():
    page = page_of(mblog(1), mblog(2), mblog(3))
    assert [item.mid for item in page.items] == [mid_at(1), mid_at(2), mid_at(3)]
    assert page.notes == ()


def test_a_card_of_type_11_holds_posts_in_its_group():
    group = {"card_type": 11, "card_group": [card(mblog(1)), {"card_type": "11", "card_group": [card(mblog(2))]}]}
    assert [item.mid for item in page_of(group, mblog(3)).items] == [mid_at(1), mid_at(2), mid_at(3)]


def test_groups_within_groups_without_end_are_not_followed():
    endless = card(mblog(1))
    for _ in range(200):
        endless = {"card_type": 11, "card_group": [endless]}
    assert page_of(endless).items == []


def test_a_card_type_written_as_digits_is_a_number():
    assert len(page_of(card(mblog(1), card_type="9")).items) == 1


@pytest.mark.parametrize(
    "odd", [{"card_type": 8}, {"card_type": 10, "user": {}}, {"card_type": 28}, {"card_type": 58}]
)
def test_headers_users_and_other_cards_without_a_post_are_passed_over_in_silence(odd):
    page = page_of(odd, mblog(1))
    assert len(page.items) == 1
    assert page.notes == ()


def test_an_unknown_card_with_a_post_is_taken_and_told():
    page = page_of(card(mblog(1), card_type=77))
    assert len(page.items) == 1
    assert "unknown type (77)" in page.notes[0]


@pytest.mark.parametrize(
    ("card_fields", "mblog_fields"),
    [
        ({}, {"isAd": 1}),
        ({"isAd": True}, {}),
        ({}, {"ad_state": 1, "user": {"id": 5000000001}}),
        ({}, {"mblogtypename": "广告"}),
    ],
)
def test_an_advertisement_is_left_out_and_counted(card_fields, mblog_fields):
    page = page_of(card(mblog(1, **mblog_fields), **card_fields), mblog(2))
    assert [item.mid for item in page.items] == [mid_at(2)]
    assert "advertisement" in page.notes[0]


def test_a_post_of_its_own_that_the_account_promotes_is_no_advertisement():
    assert [item.mid for item in page_of(mblog(1, ad_state=1), mblog(2)).items] == [mid_at(1), mid_at(2)]


@pytest.mark.parametrize("author", [{"id": 2418724427}, None, {}, {"id": "nobody"}])
def test_a_post_of_somebody_else_or_of_nobody_is_left_out_and_counted(author):
    page = page_of(mblog(1, user=author), mblog(2))
    assert [item.mid for item in page.items] == [mid_at(2)]
    assert "somebody else" in page.notes[0]


@pytest.mark.parametrize("author", [{"id": UID}, {"id": int(UID)}, {"idstr": UID}])
def test_the_author_is_known_by_a_number_or_by_its_digits(author):
    assert len(page_of(mblog(1, user=author)).items) == 1


@pytest.mark.parametrize("kind", [1, 6, 10, "10"])
def test_a_post_that_not_everybody_may_see_is_left_out_and_counted(kind):
    page = page_of(mblog(1, visible={"type": kind, "list_id": 0}), mblog(2))
    assert [item.mid for item in page.items] == [mid_at(2)]
    assert page.private == 1


@pytest.mark.parametrize(
    ("card_fields", "mblog_fields"),
    [
        ({}, {"isTop": 1}),
        ({}, {"isTop": "1"}),
        ({}, {"mblogtype": 2}),
        ({}, {"title": {"text": "置顶", "base_color": 1}}),
        ({"profile_type_id": "proweibotop_4645748019299849"}, {}),
    ],
)
def test_a_pinned_post_is_known_by_any_of_four_signs(card_fields, mblog_fields):
    page = page_of(card(mblog(9000, **mblog_fields), **card_fields), mblog(1))
    assert [item.pinned for item in page.items] == [True, False]


def test_a_post_that_is_listed_twice_is_taken_once():
    assert len(page_of(mblog(1, isTop=1), mblog(2), mblog(1)).items) == 2


def test_a_post_without_any_id_is_left_out_and_counted():
    page = page_of(mblog(1, id=None, mid=None), mblog(2))
    assert len(page.items) == 1
    assert "had no id" in page.notes[0]


@pytest.mark.parametrize(
    ("fields", "mid"),
    [
        ({"id": 4645748019299849, "mid": None}, "4645748019299849"),
        ({"id": None, "mid": None, "idstr": "4645748019299849"}, "4645748019299849"),
        ({"id": None, "mid": "", "bid": "Kjc77D1jz"}, "4645748019299849"),
        ({"id": "x", "mid": None, "mblogid": "Kjc77D1jz"}, "4645748019299849"),
    ],
)
def test_a_post_is_known_by_any_form_of_its_id(fields, mid):
    assert page_of(mblog(1, **fields)).items[0].mid == mid


def test_the_list_of_the_web_side_is_a_page_too():
    page = read_page({"list": [mblog(1), None, "x", mblog(2)], "since_id": "4937540924966431kp2"}, UID)
    assert len(page.items) == 2
    assert page.following == ("since_id", "4937540924966431kp2")


@pytest.mark.parametrize(
    ("info", "following"),
    [
        ({"since_id": 4646131823281332}, ("since_id", "4646131823281332")),
        ({"page": 2}, ("page", "2")),
        ({"since_id": 4646131823281332, "page": 2}, ("since_id", "4646131823281332")),
        ({"page": None}, None),
        ({}, None),
    ],
)
def test_the_next_page_is_asked_for_as_this_one_says(info, following):
    assert page_of(mblog(1), **info).following == following


@pytest.mark.parametrize("cards", [{"0": {"card_type": 9, "mblog": mblog(1)}}, [None, 3, [], card(mblog(1))]])
def test_what_stands_between_the_cards_does_not_matter(cards):
    assert len(read_page({"cards": cards}, UID).items) == 1


def test_a_page_says_whose_it_is():
    assert owner_of(timeline()["data"]) == UID
    assert owner_of({"cards": [card(mblog(1))]}) == UID
    assert owner_of({"cards": []}) == ""
