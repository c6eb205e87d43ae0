"""What Weibo proves (see ``proving.Proof``)."""

from listed import recorded
from proving import Answers, Proof
from weibo_shapes import DELETED, UID, as_bytes, mblog, mid_at, profile, timeline

API = "m.weibo.cn/api/container/getIndex?type=uid&value"
LIST, PROFILE = (f"{API}={UID}&containerid={container}{UID}" for container in ("107603", "100505"))
POST = f"m.weibo.cn/statuses/show?id={mid_at(5)}"
MINT = {
    "visitor.passport.weibo.cn/visitor/genvisitor2": recorded("weibo/visitor_reply.js"),
    "m.weibo.cn/api/config": b'{"ok": 1, "data": {"login": false, "st": "a1b2c3"}}',
}


def answers(*posts: dict[str, object], **more: bytes) -> Answers:
    """The account's first page, and what a visitor is asked and told on the way to it."""
    put = {LIST: as_bytes(timeline(*posts)), PROFILE: as_bytes(profile()), **MINT}
    return {**put, POST: more["post"]} if more else put


OLD = mblog(90, "今天出门请注意安全。", created_at="Tue Jul 21 10:21:00 +0800 2026")

PROOF = Proof(
    named=UID,
    asked=LIST,
    quiet=answers(OLD),
    first=answers(mblog(5, "南岗洼积水严重，请绕行。"), OLD),
    says="南岗洼积水严重，请绕行。",
    edited=answers(mblog(5, "南岗洼积水已退，可以通行。"), OLD),
    says_edited="南岗洼积水已退，可以通行。",
    ended=answers(OLD, post=as_bytes(DELETED)),
    says_ended="⚠️ The agency has removed this post.",
    drill=answers(mblog(5, "【演练】北京市气象台发布暴雨红色预警信号"), OLD),
    says_drill="🧪 Exercise: this is not real",
    saved=recorded("weibo/timeline.json"),
    shown=("平安北京",),
)
