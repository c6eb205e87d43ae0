from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.fetching import LearnedRedirect, learn_redirect

NOW = datetime(2012, 7, 21, 11, 51, tzinfo=UTC)
OLD, NEW = "https://agency.test/rss", "https://feeds.agency.test/rss"


def polls(*times: timedelta, to: str = NEW) -> list[str]:
    memory, adopted = None, []
    for time in times:
        learned = learn_redirect(memory, to, OLD, NOW + time)
        memory = learned.memory
        adopted.append(learned.adopt)
    return adopted


def test_a_move_is_learned_at_the_third_time_after_a_day() -> None:
    assert polls(timedelta(0), timedelta(hours=12), timedelta(hours=24)) == ["", "", NEW]


def test_a_move_seen_three_times_in_an_hour_waits_for_the_day_to_pass() -> None:
    assert polls(*(timedelta(minutes=20 * n) for n in range(72)))[-1] == ""
    assert polls(*(timedelta(minutes=20 * n) for n in range(73)))[-1] == NEW


def test_a_move_seen_twice_in_a_week_waits_for_the_third_time() -> None:
    assert polls(timedelta(0), timedelta(days=7)) == ["", ""]


def test_another_target_starts_anew() -> None:
    memory = learn_redirect(None, NEW, OLD, NOW).memory
    memory = learn_redirect(memory, NEW, OLD, NOW + timedelta(days=1)).memory
    learned = learn_redirect(memory, NEW + "2", OLD, NOW + timedelta(days=2))
    assert learned.adopt == ""
    assert learned.memory == {
        "from": OLD,
        "to": NEW + "2",
        "count": 1,
        "since": (NOW + timedelta(days=2)).isoformat(),
    }


def test_an_answer_without_a_move_forgets_the_earlier_ones() -> None:
    memory = learn_redirect(None, NEW, OLD, NOW).memory
    assert learn_redirect(memory, "", OLD, NOW) == LearnedRedirect("", None)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("http://agency.test/rss?a=1", "https://agency.test/rss?a=1"),
        ("http://agency.test:80/rss", "https://agency.test:443/rss"),
        ("http://Agency.test", "https://agency.test/"),
    ],
)
def test_an_upgrade_to_https_of_the_same_page_is_learned_at_once(old, new) -> None:
    assert learn_redirect(None, new, old, NOW) == LearnedRedirect(new, None)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("http://agency.test/rss", "https://agency.test/login"),
        ("http://agency.test/rss", "https://www.agency.test/rss"),
        ("http://agency.test:8080/rss", "https://agency.test/rss"),
        ("http://agency.test/rss?a=1", "https://agency.test/rss"),
        ("https://agency.test/rss", "https://agency.test/rss/"),
    ],
)
def test_any_other_move_is_not_learned_at_once(old, new) -> None:
    assert learn_redirect(None, new, old, NOW).adopt == ""


@given(
    st.none()
    | st.dictionaries(
        st.sampled_from(["from", "to", "count", "since"]),
        st.sampled_from([OLD, NEW, NOW.isoformat(), "2012-07-01T00:00:00", "9999", -1, 3, None, [], "x" * 5000]),
    ),
    st.text(max_size=30) | st.just(NEW),
)
def test_no_memory_however_broken_makes_learning_fail(memory, moved_to) -> None:
    learned = learn_redirect(memory, moved_to, OLD, NOW)
    assert learned.adopt in {"", moved_to}
