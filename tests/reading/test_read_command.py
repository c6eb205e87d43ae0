"""``tocsin read``: a text, a file, standard input; an answer for every line of posts."""

import json

import pytest
from typer.testing import CliRunner

from bot.cli import app

WARNING = "北京市气象台7月30日14时发布暴雨橙色预警信号：预计未来3小时，房山区降雨量将达50毫米以上。"


def run(*arguments: str, given: str | None = None):
    done = CliRunner().invoke(app, ["read", *arguments], input=given)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_text_is_shown_in_lines():
    shown = run(WARNING)
    assert shown.startswith("read\n")
    for word in ("rainstorm", "orange", "issued", "北京市气象台", "房山区", "50毫米以上", "100%"):
        assert word in shown


def test_an_unread_text_says_why():
    assert run("如遇暴雨红色预警，学校应当停课。").startswith("not read: ")


def test_json_gives_the_fields():
    found = json.loads(run("--json", WARNING))
    assert found["read"] is True
    assert (found["hazard"], found["level"], found["action"]) == ("rainstorm", "orange", "issued")
    assert found["issuer"] == "北京市气象台"
    assert found["places"] == ["房山区"]
    assert [moment["words"] for moment in found["times"]] == ["7月30日14时", "未来3小时"]
    assert found["figures"] == [
        {"words": "50毫米以上", "value": 50.0, "unit": "mm", "what": "rainfall", "bound": "at_least"}
    ]
    assert found["coverage"] == 1.0
    assert "rendering" not in found


def test_with_a_language_the_rendering_is_there_and_null_where_it_cannot_be_whole():
    assert json.loads(run("--json", "--to", "en", "大兴区解除雷电黄色预警"))["rendering"].startswith(
        "Daxing District lifted"
    )
    assert json.loads(run("--json", "--to", "en", "大兴区解除雷电黄色预警，另见通知"))["rendering"] is None


def test_a_language_that_the_phrasebook_has_not_is_told_with_those_that_it_has():
    done = CliRunner().invoke(app, ["read", "--to", "tlh", WARNING])
    assert done.exit_code == 2
    assert "zh-Hant" in done.output


def test_a_file_of_objects_gives_one_answer_a_line(tmp_path):
    file = tmp_path / "posts.jsonl"
    rows = [
        {"id": "a", "text": WARNING},
        {"text": "今天天气不错。"},
        {"words": "no text"},
        {"text": WARNING, "published": "2026-07-30T06:10:00+00:00"},
    ]
    file.write_text("\n".join(json.dumps(row) for row in rows) + "\nnot json\n", "utf-8")
    answers = [json.loads(line) for line in run(str(file)).splitlines()]
    assert [answer["read"] for answer in answers] == [True, False, False, True, False]
    assert answers[0]["id"] == "a"
    assert answers[0]["times"][0]["start"] is None
    assert answers[3]["times"][0]["start"] == "2026-07-30T06:00:00+00:00"
    assert "Line 3" in answers[2]["why_not"]
    assert "Line 5" in answers[4]["why_not"]


def test_a_file_of_plain_text_and_standard_input_are_read_whole(tmp_path):
    file = tmp_path / "post.txt"
    file.write_text(WARNING, "utf-8")
    assert run(str(file)) == run("-", given=WARNING) == run(WARNING)


def test_a_file_that_is_no_text_is_one_line_of_error(tmp_path):
    file = tmp_path / "picture.png"
    file.write_bytes(b"\x89PNG\xff\xfe")
    done = CliRunner().invoke(app, ["read", str(file)])
    assert done.exit_code == 2
    assert done.stderr == f"tocsin: {file} is not UTF-8 text.\n"


@pytest.mark.parametrize("text", ["\x1b[31m", "a" * 5000, "\x00", "{"])
def test_odd_texts_are_shown_harmlessly(text):
    assert "\x1b" not in run("--", text)
