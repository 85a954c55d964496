"""How many pixels an image says it has, read from its header; nothing is decoded."""

import re
import struct
from mmap import mmap

from app.domain.errors import Invalid, TooLarge
from app.services._content.archives import Broken

MOST_PIXELS = 40_000_000

_PNG_HEAD = 8
#: Markers of JPEG that begin a frame: all of C0–CF but tables and arithmetic conditioning.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_PADDING = 0xFF
#: More than any camera writes before the picture.
_MOST_MARKERS = 10_000
_EXTENT = re.compile(rb"ispe\0\0\0\0(.{8})", re.DOTALL)
#: Where HEIC keeps what it says of its images: long before the images.
_HEIC_HEAD = 4_000_000


def check_png(content: mmap) -> None:
    """Refuse too many pixels, and anything that follows the image."""
    place = _PNG_HEAD
    while content[place + 4 : place + 8] != b"IEND":
        length = _number(content, place, ">I")
        if place == _PNG_HEAD:
            _check(_number(content, place + 8, ">I"), _number(content, place + 12, ">I"))
        place += 12 + length
    if place + 12 != len(content):
        raise Invalid("图片后面附有别的内容，请重新保存图片后再试。")


def check_jpeg(content: mmap) -> None:
    """Refuse too many pixels, by the header of the first frame."""
    place = 2
    for _ in range(_MOST_MARKERS):
        if content[place : place + 1] != b"\xff":
            raise Broken
        marker = _number(content, place + 1, ">B")
        if marker in _FRAMES:
            _check(_number(content, place + 7, ">H"), _number(content, place + 5, ">H"))
            return
        if marker == _PADDING:
            place += 1
        elif marker in _STANDALONE:
            place += 2
        else:
            place += 2 + max(_number(content, place + 2, ">H"), 2)
    raise Broken


def check_webp(content: mmap) -> None:
    """Refuse too many pixels, and anything that follows the image."""
    if _number(content, 4, "<I") + 8 != len(content):
        raise Invalid("图片后面附有别的内容，请重新保存图片后再试。")
    match content[12:16]:
        case b"VP8X":
            _check(_three(content, 24) + 1, _three(content, 27) + 1)
        case b"VP8L":
            bits = _number(content, 21, "<I")
            _check((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
        case b"VP8 ":
            _check(_number(content, 26, "<H") & 0x3FFF, _number(content, 28, "<H") & 0x3FFF)
        case _:
            raise Broken


def check_heic(content: mmap) -> None:
    """Refuse too many pixels in any image of the file."""
    extents = _EXTENT.findall(content[:_HEIC_HEAD])
    if not extents:
        raise Broken
    for extent in extents:
        _check(*struct.unpack(">II", extent))


def _check(width: int, height: int) -> None:
    if not width or not height:
        raise Broken
    if width * height > MOST_PIXELS:
        raise TooLarge(
            "图片为 %(width)s×%(height)s 像素，最多 %(most)s 万像素，请缩小后再试。",
            width=width,
            height=height,
            most=MOST_PIXELS // 10_000,
        )


def _number(content: mmap, place: int, form: str) -> int:
    try:
        return int(struct.unpack_from(form, content, place)[0])
    except struct.error as error:
        raise Broken from error


def _three(content: mmap, place: int) -> int:
    return int.from_bytes(content[place : place + 3], "little")
