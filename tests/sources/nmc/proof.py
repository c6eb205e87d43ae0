"""What China's weather warnings prove (see ``proving.Proof``)."""

import json

from listed import recorded
from proving import Answers, Proof

LIST = "www.nmc.cn/rest/findAlarm?pageNo=1&pageSize=100&signaltype=&signallevel=&province="
PAGE = recorded("nmc/page.html").decode()


def answers(*rows: tuple[str, str]) -> Answers:
    """The list of these warnings ("HH:MM", title), and their pages."""
    lines, pages = [], {}
    for time, title in rows:
        name = f"430100416000_20260721{time.replace(':', '')}00"
        path = f"/publish/alarm/{name}.html"
        lines.append({"alertid": name, "issuetime": f"2026/07/21 {time}", "title": title, "url": path, "pic": ""})
        pages[f"www.nmc.cn{path}"] = PAGE.replace("湖南省长沙市气象台发布暴雨红色预警信号", title)
    body = {"msg": "success", "code": 0, "data": {"page": {"count": len(lines), "list": lines}}}
    told = json.dumps(body)
    return {LIST: told, LIST.replace("pageSize=100", "pageSize=1"): told, **pages}


OLD = ("06:00", "湖南省长沙市气象台发布大雾黄色预警信号")
ORANGE, RED = ("11:20", "湖南省长沙市气象台发布暴雨橙色预警信号"), ("11:40", "湖南省长沙市气象台发布暴雨红色预警信号")

PROOF = Proof(
    named="nmc",
    asked=LIST,
    quiet=answers(OLD),
    first=answers(ORANGE, OLD),
    says="湖南省长沙市气象台发布暴雨橙色预警信号",
    edited=answers(RED, ORANGE, OLD),
    says_edited="湖南省长沙市气象台发布暴雨红色预警信号",
    ended=answers(("11:45", "湖南省长沙市气象台解除暴雨橙色预警信号"), ORANGE, OLD),
    says_ended="✅ Lifted by the agency.",
    drill=answers(("11:45", "湖南省长沙市气象台发布暴雨红色预警演练"), OLD),
    green=answers(("11:45", "湖南省长沙市气象台解除雷电黄色预警信号"), OLD),  # nobody was told of that one
    saved=recorded("nmc/list.json"),
    shown=(
        "湖南省长沙市气象台 · Extreme · new · Actual",
        "湖南省长沙市气象台发布暴雨红色预警信号",
        "where: 湖南省长沙市",
    ),
)
