"""What a platform vouches for an account, in the reader's language."""

from bot.delivery.harmless import line
from bot.locales import Phrases
from bot.model.account import Account
from bot.model.vouching import INSIDE, read


def vouched(account: Account, phrases: Phrases, limit: int) -> str:
    """Such as "government: 北京市公安局官方微博", the platform's words harmless and of at most ``limit`` characters; ""
    where it vouches for nothing. It is a value: whoever puts it among words sets it apart as a name.
    """
    found = read(account.verified)
    if found is None:
        return ""
    words = line(found.words, limit)
    if found.vouching is None:
        return words
    key = f"vouched.{found.vouching.name.lower()}"
    if found.vouching in INSIDE:
        return phrases(key, words=words)
    return phrases("vouched.words", what=phrases(key), words=words) if words else phrases(key)
