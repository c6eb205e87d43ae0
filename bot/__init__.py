"""Tocsin: official alerts from Weibo, feeds and CAP, in people's Telegram chats."""

__version__ = "0.1.0"
