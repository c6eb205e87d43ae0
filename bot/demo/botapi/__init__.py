"""A local Bot API server, strict enough to be a test double; nothing of it ever reaches Telegram."""

from bot.demo.botapi.faults import Act, Fault, Faults, When
from bot.demo.botapi.loopback_photos import LoopbackPhotos
from bot.demo.botapi.pictures import Fetched, Resolver
from bot.demo.botapi.rates import Limits
from bot.demo.botapi.records import Message, Version
from bot.demo.botapi.server import BotApiServer
from bot.demo.botapi.state import DEMO_TOKEN
from bot.demo.botapi.world import World

__all__ = [
    "DEMO_TOKEN",
    "Act",
    "BotApiServer",
    "Fault",
    "Faults",
    "Fetched",
    "Limits",
    "LoopbackPhotos",
    "Message",
    "Resolver",
    "Version",
    "When",
    "World",
]
