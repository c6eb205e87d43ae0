"""Language tags as strangers write them, as BCP 47. Detects nothing."""

import re

_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*|[xX](?:-[A-Za-z0-9]{1,8})+")
#: RFC 5646, 4.4.1: no tag in use is longer.
_LONGEST = 35


def tag(text: str) -> str:
    """The tag ("zh_CN " is "zh-CN"), "" when it is none. Case is kept: "DE" and "HI" occur and mean de and hi."""
    tidy = text.strip()[: _LONGEST + 1].replace("_", "-")
    return tidy if len(tidy) <= _LONGEST and _TAG.fullmatch(tidy) else ""
