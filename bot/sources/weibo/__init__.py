"""Weibo: public posts of official accounts, read as a visitor or with an operator's login."""

from bot.sources.weibo.source import WEIBO_PACE, WeiboSource
from bot.sources.weibo.urls import WeiboUrls

__all__ = ["WEIBO_PACE", "WeiboSource", "WeiboUrls"]
