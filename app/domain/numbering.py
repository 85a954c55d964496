"""Numbers of cases, and what a county's own begin with.

A case's number is an address and a name of a file, and the next of a series is counted from it.
"""

from __future__ import annotations

import re

from app.domain.errors import Invalid, Sentence

LONGEST = 40
#: Of a county that was never asked.
CASE_PREFIX = "JD"
LETTER_PREFIX = "教督办函"

_NUMBER = re.compile(r"[\w.()（）〔〕\[\]-]+")
_SERIES = re.compile(r"([A-Z][A-Z0-9]{0,7}-[0-9]{4}-ZB-)(.*)")
_IN_SERIES = re.compile(r"[0-9]{4}|[1-9][0-9]{4}")
_CASE_PREFIX = re.compile(r"[A-Z][A-Z0-9]{1,7}")
_LETTER_PREFIX = re.compile(r"[\u4e00-\u9fff]{2,20}")


def fault_of(number: str) -> Sentence | None:
    """Say what is wrong with the number of a case, wherever it comes from; ``None``: nothing."""
    if len(number) > LONGEST or not _NUMBER.fullmatch(number):
        return Sentence("编号不超过 40 个字母、数字、汉字或横线。")
    if not re.search(r"\d", number):
        return Sentence("编号中至少应有一个数字。")
    own = _SERIES.fullmatch(number)
    if own and not _IN_SERIES.fullmatch(own[2]):
        return Sentence("“%(series)s”后面应是四位数字。", series=own[1])
    return None


def series(prefix: str, year: int) -> str:
    """Return what the numbers begin with that a county gives by itself in one year."""
    return f"{prefix}-{year}-ZB-"


def check_prefixes(case_prefix: str, letter_prefix: str) -> None:
    """Raise Invalid unless numbers can begin like that."""
    faults = {}
    if not _CASE_PREFIX.fullmatch(case_prefix):
        faults["case_prefix"] = ["应为 2—8 个大写字母或数字，以字母开头，如“QL”。"]
    if not _LETTER_PREFIX.fullmatch(letter_prefix):
        faults["letter_prefix"] = ["应为 2—20 个汉字，如“青教督办函”。"]
    if faults:
        raise Invalid(fields=faults)
