"""What a unit wrote, brought into a shape in which texts can be compared quickly."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

#: Of each form, the fields in which people use words of their own.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "plan": ("cause", "goal", "measures", "like_problems"),
    "rectify": ("report", "mechanism"),
    "letter_reply": ("cause", "measures"),
}
#: Shorter texts are alike because there are not many ways to say so little.
SHORTEST = 40
#: What two texts must have in common to be asked about.
ALIKE = 0.8
#: Nobody compares more than the beginning.
LONGEST = 2_000
_SHINGLE, _BINS, _ROWS = 5, 64, 4
_SILENT = re.compile(r"[\W\d_]+")
#: A stretch of so many characters is no coincidence.
_STRETCH = 8


def text_of(form_key: str, answers: Mapping[str, Any]) -> str:
    """Return what was written in the words of the unit, field after field."""
    if form_key == "rectify" and answers.get("next_step") != "report":
        return ""
    return "\n".join(_words(answers.get(name)) for name in FIELDS.get(form_key, ())).strip()


def _words(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return "\n".join(_words(row.get("text")) for row in value if isinstance(row, Mapping))
    return ""


def normal(text: str, unit: str) -> str:
    """Return *text* without spaces, signs and figures, and without the name of the unit."""
    return _SILENT.sub("", unicodedata.normalize("NFKC", text).replace(unit, ""))[:LONGEST]


def exact(text: str) -> str:
    """Return the hash by which identical texts are found."""
    return hashlib.sha256(text.encode()).hexdigest()


def bands(text: str) -> list[int]:
    """Return the bands of the text's MinHash: one shared with another text makes a candidate.

    Every shingle falls into one bin; the least of each bin is kept, and an empty bin takes that of
    the next. Texts with half of their shingles in common share a band two times out of three,
    texts with four fifths nearly always.
    """
    least: list[int | None] = [None] * _BINS
    for start in range(max(len(text) - _SHINGLE + 1, 1)):
        number = _number(text[start : start + _SHINGLE].encode())
        place, value = number % _BINS, number // _BINS
        held = least[place]
        least[place] = value if held is None else min(held, value)
    return list(dict.fromkeys(_banded(_filled(least))))


def _filled(least: list[int | None]) -> list[int]:
    doubled = least + least
    return [
        next(value for value in doubled[place : place + _BINS] if value is not None)
        for place in range(_BINS)
    ]


def _banded(values: list[int]) -> Iterator[int]:
    for start in range(0, _BINS, _ROWS):
        key = f"{start}:{values[start : start + _ROWS]}".encode()
        yield _number(key) - (1 << 63)


def _number(data: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big")


def alike(one: str, other: str) -> float:
    """Return how much two texts have in common, from 0 to 1."""
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    if matcher.real_quick_ratio() < ALIKE or matcher.quick_ratio() < ALIKE:
        return 0.0
    return matcher.ratio()


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a text, and whether the other text has it, too."""

    text: str
    common: bool


def passages(text: str, other: str) -> list[Passage]:
    """Cut *text* into what *other* has, too, and what is its own."""
    found, place = list[Passage](), 0
    blocks = SequenceMatcher(None, text, other, autojunk=False).get_matching_blocks()
    for block in blocks:
        if block.size < _STRETCH:
            continue
        if block.a > place:
            found.append(Passage(text[place : block.a], common=False))
        place = block.a + block.size
        found.append(Passage(text[block.a : place], common=True))
    if place < len(text):
        found.append(Passage(text[place:], common=False))
    return found
