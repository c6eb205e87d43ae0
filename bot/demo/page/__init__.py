"""The chat page: a visitor talks to the bot in a browser and sees the alerts arrive; foreign text stays text."""

from bot.demo.page.app import page_app
from bot.demo.page.board import StoryBoard
from bot.demo.page.server import PageServer

__all__ = ["PageServer", "StoryBoard", "page_app"]
