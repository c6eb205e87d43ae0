import subprocess
import sys
import zlib

import pytest

from bot.demo.site.pictures import names, picture, size_of


def chunks(png: bytes):
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    position = 8
    while position < len(png):
        length = int.from_bytes(png[position : position + 4])
        kind, body = png[position + 4 : position + 8], png[position + 8 : position + 8 + length]
        assert zlib.crc32(kind + body) == int.from_bytes(png[position + 8 + length : position + 12 + length])
        yield kind, body
        position += 12 + length


@pytest.mark.parametrize("name", names())
def test_each_picture_is_a_whole_png_of_its_size(name):
    parts = dict(chunks(picture(name)))
    width, height = size_of(name)
    assert list(parts) == [b"IHDR", b"IDAT", b"IEND"]
    assert parts[b"IHDR"] == width.to_bytes(4) + height.to_bytes(4) + bytes([8, 2, 0, 0, 0])
    rows = zlib.decompress(parts[b"IDAT"])
    assert len(rows) == height * (1 + width * 3)
    assert {rows[start] for start in range(0, len(rows), 1 + width * 3)} == {0}


def test_pictures_differ_from_each_other_and_stay_small():
    drawn = [picture(name) for name in names()]
    assert len(set(drawn)) == len(drawn)
    assert max(map(len, drawn)) < 200_000


def test_a_picture_is_the_same_in_another_process():
    program = "from bot.demo.site.pictures import picture; print(__import__('zlib').crc32(picture('underpass')))"
    told = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    assert int(told) == zlib.crc32(picture("underpass"))
