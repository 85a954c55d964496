"""Pictures for forms that ask for photographs: drawn, since the county does not exist."""

from __future__ import annotations

import hashlib
import struct
import zlib
from io import BytesIO

WIDTH, HEIGHT = 480, 320
_HORIZON = 210


def photograph(subject: str) -> BytesIO:
    """Draw a school front, its own for each *subject*, as a PNG."""
    seed = hashlib.sha256(subject.encode()).digest()
    rows = [_row(y, seed) for y in range(HEIGHT)]
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), 6)
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"PLTE", _palette(seed)), (b"IDAT", pixels), (b"IEND", b""))
    return BytesIO(b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*one) for one in chunks))


def _palette(seed: bytes) -> bytes:
    """Sky, wall, window, ground, gate: each a little different from picture to picture."""
    base = ((150, 190, 220), (200, 150, 120), (60, 80, 110), (120, 130, 110), (170, 60, 50))
    return bytes(
        min(255, part + seed[3 * n + i] % 40)
        for n, colour in enumerate(base)
        for i, part in enumerate(colour)
    )


def _row(y: int, seed: bytes) -> bytes:
    if y >= _HORIZON:
        gate = 40 + seed[20]
        return _stretch((3, gate), (4, 60), (3, WIDTH - gate - 60)) if y < 260 else b"\3" * WIDTH
    roof = 40 + seed[21] % 60
    if y < roof:
        return b"\0" * WIDTH
    left, windows = 60 + seed[22] % 40, 5 + seed[23] % 4
    lit = (y - roof) % 50 > 18
    wall = b"".join(_stretch((1, 14), (2 if lit else 1, 20)) for _ in range(windows))
    return (b"\0" * left + wall + b"\1" * 14).ljust(WIDTH, b"\0")[:WIDTH]


def _stretch(*parts: tuple[int, int]) -> bytes:
    return b"".join(bytes([colour]) * length for colour, length in parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    whole = kind + content
    return struct.pack(">I", len(content)) + whole + struct.pack(">I", zlib.crc32(whole))
