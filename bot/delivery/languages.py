"""Which of an alert's languages a reader gets: RFC 4647 lookup over dirty tags (CAP rule 8)."""

from collections.abc import Sequence

from bot.model.alert import Wording


def choose(wordings: Sequence[Wording], language: str) -> Wording | None:
    """The reader's language exactly, else its base language, else the first as the sender put it."""
    if not wordings:
        return None
    wanted = _parts(language)
    while wanted:
        for wording in wordings:
            if _parts(wording.language)[: len(wanted)] == wanted:
                return wording
        wanted = wanted[:-1]
    return wordings[0]


def _parts(tag: str) -> list[str]:
    """Subtags in small letters; "en_EN", "EN" and "en-en" begin alike."""
    return [part for part in tag.strip().lower().replace("_", "-").split("-") if part]
