"""What the cells of a ledger say, however they were typed."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TypeVar

from openpyxl.utils.datetime import from_excel

from app.domain.errors import Listing, Sentence
from app.domain.keepable import UNKEEPABLE
from app.domain.numbering import fault_of
from app.domain.vocabulary import Category, Mode, Severity, SourceLevel, Term

#: Days as Excel counts them that can be meant: 1980 to 2100.
_SERIALS = range(29_221, 73_051)
YEARS = range(2000, 2101)
LONGEST_LIMIT = 3_650

_DATE = re.compile(r"(\d{4})[年./-](\d{1,2})[月./-](\d{1,2})日?|(\d{4})(\d{2})(\d{2})")
_TIME = re.compile(r"(?<=\d)[T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$")
_UNTIL = re.compile(r"[至到于]?(.+?)(?:之?前|止|以前)?")
_DAYS = re.compile(r"(?:限|限期)?(\d{1,5})(?:个?自然日|日|天)?(?:之内|以内|内)?(?:完成|整改完成)?")
_CODE = re.compile(r"(C)(\d{1,2})[-—.、:]?(.*)", re.IGNORECASE)
_IN_WORKDAYS = "工作日"
_YES = frozenset({"是", "有", "√", "1", "yes", "true"})
_NO = frozenset({"否", "无", "×", "0", "no", "false"})
#: What is left out when words are compared.
_DECORATION = re.compile(r"[\s“”\"'‘’·、，,/()]")

Chosen = TypeVar("Chosen", bound=Term)


class Unreadable(ValueError):
    """A cell that doesn't say what its column asks for; the sentence is for the user."""

    def __init__(self, template: str, /, **params: object) -> None:
        self.sentence = Sentence(template, **params)
        super().__init__(self.sentence)


def plain(cell: object) -> str:
    """Return a cell as text without odd spaces; a list's items are strung together.

    Raises:
        Unreadable: the cell holds something that isn't text, or half a character.
    """
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, datetime | date):
        cell = cell.strftime("%Y-%m-%d")
    if isinstance(cell, list) and all(isinstance(item, str) for item in cell):
        cell = "、".join(cell)
    if not isinstance(cell, str | int | float) or isinstance(cell, bool):
        raise Unreadable("应填写文字。")
    text = str(cell).replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(c for c in text if c == "\n" or unicodedata.category(c) != "Cc").strip()
    if UNKEEPABLE.search(text):
        raise Unreadable("有残缺的字符（多为没有完整导出的生僻字），请在文件中改正。")
    return text


def folded(cell: object) -> str:
    """Return a cell as one would compare it: half-width, without spaces."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", plain(cell)))


def words(most: int) -> Callable[[object], str]:
    """Return a reader of text of at most *most* characters."""

    def read(cell: object) -> str:
        text = plain(cell)
        if len(text) > most:
            raise Unreadable("不超过 %(most)s 字，现有 %(now)s 字。", most=most, now=len(text))
        return text

    return read


def number(cell: object) -> str:
    """Read the number of a case; it becomes part of an address."""
    text = folded(cell)
    if (fault := fault_of(text)) is not None:
        raise Unreadable(fault.template, **fault.params)
    return text


def day(cell: object) -> date:
    """Read a date: a date cell, Excel's serial number, or text in any usual form."""
    if isinstance(cell, datetime):
        cell = cell.date()
    found = cell if isinstance(cell, date) else _parsed_day(_without_time(cell))
    if found.year not in YEARS:
        first, last = YEARS.start, YEARS.stop - 1
        raise Unreadable("年份应在 %(first)s—%(last)s 之间。", first=first, last=last)
    return found


def _without_time(cell: object) -> str:
    return folded(_TIME.sub("", unicodedata.normalize("NFKC", plain(cell))))


def _parsed_day(text: str) -> date:
    serial = re.fullmatch(r"(\d{5})(?:\.\d+)?", text)
    if serial and int(serial[1]) in _SERIALS:
        return _from_serial(int(serial[1]))
    match = _DATE.fullmatch(text)
    if match is None:
        raise Unreadable("应填写日期，如 2026-09-03。")
    year, month, of_month = (int(part) for part in match.groups() if part)
    try:
        return date(year, month, of_month)
    except ValueError as error:
        raise Unreadable("没有这一天。") from error


def _from_serial(serial: int) -> date:
    found = from_excel(serial)
    if not isinstance(found, datetime):
        raise Unreadable("应填写日期，如 2026-09-03。")
    return found.date()


def limit(cell: object) -> int | date:
    """Read a time limit: so many days, or the last day itself."""
    if isinstance(cell, date):
        return day(cell)
    text = _without_time(cell)
    if _IN_WORKDAYS in text:
        raise Unreadable("整改时限按自然日计；按工作日计的，请填写截止日期。")
    days = _DAYS.fullmatch(text)
    if days and int(days[1]) not in _SERIALS:
        if not 1 <= int(days[1]) <= LONGEST_LIMIT:
            raise Unreadable("整改时限应为 1—%(most)s 天。", most=LONGEST_LIMIT)
        return int(days[1])
    until = _UNTIL.fullmatch(text)
    try:
        return day(until[1] if until else text)
    except Unreadable as error:
        raise Unreadable("应填写天数或日期，如“30日”“2026-10-28”；留空则按决策表确定。") from error


def flag(cell: object) -> bool:
    """Read yes or no."""
    if isinstance(cell, bool):
        return cell
    text = folded(cell).lower()
    if text in _YES:
        return True
    if text in _NO:
        return False
    raise Unreadable("应填写“是”或“否”。")


def category(cell: object) -> Category:
    """Read a category by its code, its name, or both if they agree."""
    text = folded(cell)
    coded = _CODE.fullmatch(text)
    if coded is None:
        return one_of(Category, {})(cell)
    name = f"C{int(coded[2]):02}"
    if name not in Category.__members__:
        raise Unreadable("没有编号为 %(code)s 的问题类别。", code=name)
    found = Category(name)
    if coded[3] and not _same(coded[3], found.label):
        template = "%(code)s 是“%(name)s”，与填写的名称不一致。"
        raise Unreadable(template, code=name, name=Sentence(found.label))
    return found


def one_of(kind: type[Chosen], synonyms: Mapping[str, Chosen]) -> Callable[[object], Chosen]:
    """Return a reader of one word of a vocabulary: its label, its value, or a synonym."""

    def read(cell: object) -> Chosen:
        text = folded(cell)
        for term in kind:
            if _same(text, term.label) or text.lower() == term.value.lower():
                return term
        if text.upper() in synonyms:
            return synonyms[text.upper()]
        # The words that the file must have are Chinese whatever language the reader's is.
        raise Unreadable("应填写：%(words)s。", words=Listing(term.label for term in kind))

    return read


def _same(written: str, label: str) -> bool:
    """Tell whether somebody wrote *label*, maybe with an explanation after it."""
    written, label = _bare(written), _bare(label)
    return written == label or (len(label) >= 4 and written.startswith(label))


def _bare(text: str) -> str:
    return _DECORATION.sub("", unicodedata.normalize("NFKC", text))


severity = one_of(
    Severity,
    {
        "一般问题": Severity.GENERAL,
        "较重问题": Severity.SERIOUS,
        "较严重": Severity.SERIOUS,
        "重大问题": Severity.MAJOR,
    },
)
mode = one_of(
    Mode,
    {
        "LXLG": Mode.IMMEDIATE,
        "立即整改": Mode.IMMEDIATE,
        "即知即改": Mode.IMMEDIATE,
        "XQ": Mode.DATED,
        "限期": Mode.DATED,
        "FJD": Mode.STAGED,
        "分阶段": Mode.STAGED,
        "CQ": Mode.STANDING,
        "长期": Mode.STANDING,
        "持续整改": Mode.STANDING,
    },
)
source_level = one_of(
    SourceLevel,
    {
        "本级": SourceLevel.OWN,
        "县级": SourceLevel.OWN,
        "上级": SourceLevel.HIGHER,
        "市级": SourceLevel.HIGHER,
        "省级": SourceLevel.HIGHER,
        "国家级": SourceLevel.HIGHER,
    },
)
