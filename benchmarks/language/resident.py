"""What the language part costs a running bot in resident memory, measured in a fresh process."""

import subprocess
import sys
from collections.abc import Iterator

from benchmarks.figures import Figure

#: The issue's goal, MiB.
MEBIBYTES = 60.0
#: What every bot has in memory is the base: its imports, its own words, the folding of its filters.
_PROGRAM = """
import gc, psutil
def resident(): gc.collect(); return psutil.Process().memory_info().rss / 2**20
import bot.service, bot.locales
bot.locales.warm()
from bot.matching.folding import fold
fold("廣州")
base = resident()
from bot.language import detecting
from bot.language.gate import Gate
from bot.language.languages import LANGUAGES
from bot.language.phrasebook.rendering import render
from bot.reading import reader
reader.warm()
text = "北京市气象台2026年7月21日18时30分发布暴雨橙色预警信号。"
reading, gate = reader.read(text), Gate()
for language in LANGUAGES:
    said = render(reading, text, language)
    assert said or language.startswith("zh"), language
    gate.check(text, said or text, "zh-Hans", language)
detecting.detect("This is a text in English about rain and floods in the city today")
print(resident() - base)
"""


def figures() -> Iterator[Figure]:
    """Reader, phrasebook and gate in every language, and the detector, over what a bot has without them."""
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=True)
    yield Figure("resident cost of the language part", float(done.stdout), "MiB", MEBIBYTES)
