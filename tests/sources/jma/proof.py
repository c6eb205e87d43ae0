"""What JMA's telegrams prove (see ``proving.Proof``)."""

from listed import recorded
from proving import Answers, Proof

LIST = "www.data.jma.go.jp/developer/xml/feed/eqvol.xml"
LONG = LIST.replace("eqvol", "eqvol_l")
QUAKE = recorded("jma/VXSE53.xml").decode()


def answers(*telegrams: str) -> Answers:
    """The feed of these telegrams, a minute apart, and they themselves."""
    entries, put = [], {}
    for number, text in enumerate(telegrams):
        address = f"www.data.jma.go.jp/developer/xml/data/202607210255{number}0_0_VXSE53_010000.xml"
        put[address] = text
        entries.append(
            f"<entry><title>震源・震度に関する情報</title><id>https://{address}</id><updated>2026-07-21T02:5{5 + number}:10Z</updated>"
            f'<link type="application/xml" href="https://{address}"/><content type="text">見出し</content></entry>'
        )
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>高頻度</title>{"".join(reversed(entries))}</feed>'
    return {LIST: feed, LONG: feed, **put}


def later(*changes: tuple[str, str]) -> str:
    """The earthquake's next telegram."""
    text = QUAKE.replace("02:55:10Z", "02:56:10Z")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return text


PROOF = Proof(
    named="https://www.data.jma.go.jp/developer/xml/feed/eqvol.xml",
    asked=LIST,
    quiet=answers(),
    first=answers(QUAKE),
    says="２１日１１時５１分ころ、地震がありました。",
    edited=answers(QUAKE, later(("発表<", "訂正<"), ("6.2</jmx_eb", "6.4</jmx_eb"))),
    says_edited="【訂正】",
    ended=answers(QUAKE, later(("発表<", "取消<"))),
    says_ended="✅ Lifted by the agency.",
    drill=answers(QUAKE.replace("通常<", "訓練<")),
    green=answers(QUAKE.replace("通常<", "試験<")),
    saved=recorded("jma/VTSE41.xml"),
    shown=(
        "気象庁 · Extreme · new · Actual",
        "大津波警報・津波警報・津波注意報・津波予報",
        "where: 徳島県; 和歌山県; 大阪府",
    ),
)
