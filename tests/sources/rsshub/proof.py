"""What RSSHub's routes prove (see ``proving.Proof``)."""

from listed import recorded
from proving import Never, Proof

ROUTE = "hub.example/rss/gov/zhengce/zuixin"
FIRST = recorded("rsshub/route.xml").decode()
NOTICE = FIRST[FIRST.index("<item><title>关于") : FIRST.index("<item><title>条例")]

PROOF = Proof(
    named="rsshub://gov/zhengce/zuixin",
    asked=ROUTE,
    quiet={ROUTE: FIRST.replace(NOTICE, "")},
    first={ROUTE: FIRST},
    says="关于做好防汛工作的通知",
    edited={ROUTE: FIRST.replace("做好准备", "立即做好准备")},
    says_edited="立即做好准备。",
    ended=Never("none: an entry that leaves a route was not withdrawn"),
    says_ended="",
    drill={ROUTE: FIRST.replace("关于做好防汛工作的通知", "【演练】市气象台发布暴雨红色预警信号")},
    says_drill="🧪 Exercise: this is not real",
    saved=FIRST,
    shown=("关于做好防汛工作的通知", "做好准备。", "https://www.gov.example/1.htm"),
    options={"rsshub_url": "https://hub.example/rss"},
)
