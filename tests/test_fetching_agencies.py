"""`tocsin fetch` of a saved answer of each agency: what it is about can be read at a glance."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app

RECORDED = Path(__file__).parent / "recorded"
SUMMARY = (
    '{"WRAIN": {"name": "Black Rainstorm Warning Signal", "code": "WRAINB", "actionCode": "ISSUE",'
    ' "issueTime": "2026-07-21T11:40:00+08:00", "updateTime": "2026-07-21T11:40:00+08:00"}}'
)


@pytest.mark.parametrize(
    ("kind", "answer", "told"),
    [
        ("nmc", "nmc/list.json", [
            "2026-07-21 11:30 +0800 · 湖南省长沙市气象台 · Extreme · new · Actual · cut short by the site",
            "湖南省长沙市气象台发布暴雨红色预警信号", "where: 湖南省长沙市",
            "https://www.nmc.cn/publish/alarm/430100416000_20260721113000.html",
            "→ not relayed: status is Exercise, not Actual",
        ]),
        ("cenc", "cenc/list.json", [
            "2026-07-21 11:51 +0800 · 中国地震台网 · Severe · new · Actual", "四川甘孜州巴塘县发生5.6级地震",
            "where: 四川甘孜州巴塘县",
        ]),
        ("hko", "", [
            "2026-07-21 11:40 +0800 · Hong Kong Observatory · Extreme · new · Actual", "Black Rainstorm Warning Signal",
            "where: Hong Kong 香港",
        ]),
        ("jma", "jma/VTSE41.xml", [
            "2026-07-21 11:54 +0900 · 気象庁 · Extreme · new · Actual", "大津波警報・津波警報・津波注意報・津波予報",
            "徳島県：ただちに津波来襲と予測、予想される高さ 巨大", "where: 徳島県; 和歌山県; 大阪府",
        ]),
    ],
)  # fmt: skip
def test_a_saved_answer_is_shown_readably(kind, answer, told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "saved"
    path.write_bytes((RECORDED / answer).read_bytes() if answer else SUMMARY.encode())
    result = CliRunner().invoke(app, ["fetch", "--kind", kind, "--from", str(path)])
    assert result.exit_code == 0
    lines = result.output.splitlines()
    assert [line for line in told if not any(shown.startswith(line) for shown in lines)] == []
