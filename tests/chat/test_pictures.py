"""What is remembered of pictures that Telegram has already."""

from types import SimpleNamespace

from bot.chat.pictures import Pictures, no_download
from bot.model.post import Media, MediaKind

PHOTO = Media(MediaKind.PHOTO, "https://site.example/a.jpg")


def taken(file_id):
    return (SimpleNamespace(photo=[SimpleNamespace(file_id=file_id)]),)


def test_a_picture_goes_by_its_file_id_once_telegram_has_it():
    pictures = Pictures(no_download)
    assert pictures.by_reference(PHOTO) == PHOTO.url
    pictures.learn((PHOTO,), taken("AgAC1"))
    assert pictures.by_reference(PHOTO) == "AgAC1"


def test_a_refused_file_id_is_forgotten():
    pictures = Pictures(no_download)
    pictures.learn((PHOTO,), taken("AgAC1"))
    pictures.forget((PHOTO,), ["AgAC1"])
    assert pictures.by_reference(PHOTO) == PHOTO.url


def test_a_refused_address_does_not_cost_the_file_id_that_another_chat_has_brought():
    pictures = Pictures(no_download)
    pictures.learn((PHOTO,), taken("AgAC1"))
    pictures.forget((PHOTO,), [PHOTO.url])
    assert pictures.by_reference(PHOTO) == "AgAC1"
