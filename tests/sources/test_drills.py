"""Words that say "this is a drill" of agencies without a field for it; a river that is called Test is none."""

import pytest

from bot.model.alert import Status
from bot.sources.drills import status_by_beginning, status_in_chinese


@pytest.mark.parametrize(
    "text",
    [
        "This is a drill. Tsunami warning", "This is only a test", "*** EXERCISE *** river levels are rising", "Drill: red alert",
        "TEST Flood Warning", "Test message, please ignore", "Test: flood alert", "測試：雷暴警告", "演习",
    ],
)  # fmt: skip
def test_what_begins_as_a_drill_is_no_real_warning(text):
    assert status_by_beginning("Flood Alert: River Beispiel", text) is Status.TEST


@pytest.mark.parametrize(
    "text",
    [
        "", "Test and Itchen catchments: river levels are rising.", "The River Test at Romsey is high.",
        "This is a severe flood warning.", "Exercised residents wait.", "Pre-test levels were low.",
    ],
)  # fmt: skip
def test_other_words_leave_a_warning_real(text):
    assert status_by_beginning(text) is Status.ACTUAL


def test_chinese_says_it_anywhere():
    assert status_in_chinese("湖南省气象台发布暴雨预警演练") is Status.EXERCISE
    assert status_in_chinese("湖南省气象台测试信息") is Status.TEST
    assert status_in_chinese("湖南省气象台发布暴雨红色预警信号") is Status.ACTUAL
