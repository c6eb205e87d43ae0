"""What a platform vouches for, as it is kept: rows of before are read as new ones."""

import pytest

from bot.model.vouching import Vouched, Vouching, read, spelt


@pytest.mark.parametrize("vouching", Vouching)
@pytest.mark.parametrize("words", ["", "北京市公安局官方微博", "media: of the town", "amt.example"])
def test_what_is_spelt_is_read_back(vouching, words):
    assert read(spelt(vouching, words)) == Vouched(vouching, words)


@pytest.mark.parametrize(
    ("stored", "vouched"),
    [
        ("government: 北京市公安局官方微博", Vouched(Vouching.GOVERNMENT, "北京市公安局官方微博")),
        ("company (pending): Acme: Ltd", Vouched(Vouching.PENDING, "Acme: Ltd")),
        ("organisation", Vouched(Vouching.ORGANISATION)),
        ("verified by Telegram", Vouched(Vouching.TELEGRAM)),
        ("holds the domain amt.example", Vouched(Vouching.DOMAIN, "amt.example")),
        ("its page is https://a.example/, https://b.example/", Vouched(Vouching.PAGE, "https://a.example/, https://b.example/")),
        ("北京市公安局官方微博", Vouched(None, "北京市公安局官方微博")),
        ("governmental: yes", Vouched(None, "governmental: yes")),
        ("", None),
    ],
)  # fmt: skip
def test_what_was_stored_before_is_understood(stored, vouched):
    assert read(stored) == vouched
