"""The register of a past day as a workbook, with what an auditor needs to check it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xlsxwriter

from app.clock import LOCAL, utcnow
from app.db import db
from app.domain.errors import NotFound, Sentence
from app.domain.job import Job
from app.domain.people import Actor, User
from app.services import jobs, paper
from app.services._files import FileStore
from app.services._quick_sheet import QuickSheet
from app.services.narrowing import Narrowing
from app.services.past.anchors import covering
from app.services.past.reach import Asked, Sieve, sees_all
from app.services.past.register import Row, rows_of, wanted
from app.services.past.walk import portions

KIND = "past_export"
NOT_RECORDED = "当时未记录"
_CHUNK = 64 * 1024
#: After that a workbook is removed.
KEPT_FOR = timedelta(days=7)
#: Heading, width, what a row says there.
Column = tuple[str, int, Callable[[Row], Any]]
_stores: list[FileStore] = []
_INK = {"font_name": "宋体", "font_size": 10, "text_wrap": True, "border": 1, "valign": "top"}


def configure(root: Path) -> None:
    """Keep workbooks under *root* from now on; it must not be served by the web server."""
    _stores[:] = [FileStore(root)]


def _label(term: Any) -> Any:
    return None if term is None else term.label


def _steps(row: Row) -> str:
    return "；".join(f"{step.name}（{step.unit}）" for step in row.steps)


_OVERDUE = {True: "是", False: "否", None: None}
COLUMNS: tuple[Column, ...] = (
    ("问题编号", 22, lambda row: row.number),
    ("督导项目", 24, lambda row: row.inspection),
    ("被督导单位", 24, lambda row: row.unit),
    ("具体问题", 48, lambda row: row.problem),
    ("问题类别", 16, lambda row: row.category.label),
    ("严重程度", 8, lambda row: row.severity.label),
    ("下达日期", 11, lambda row: row.issued_on),
    ("牵头责任单位", 24, lambda row: row.lead_unit),
    ("阶段", 12, lambda row: _label(row.stage)),
    ("预警灯", 8, lambda row: _label(row.light)),
    ("进度（%）", 8, lambda row: row.percent),
    ("整改时限", 11, lambda row: row.due_on),
    ("原定时限", 11, lambda row: row.original_due_on),
    ("是否逾期", 8, lambda row: _OVERDUE[row.overdue]),
    ("整改轮次", 8, lambda row: row.cycle),
    ("待办环节（取自待办登记）", 36, _steps),
    ("依据：办理记录第几条", 10, lambda row: row.known_by.seq),
    ("该条时间", 17, lambda row: f"{row.known_by.at.astimezone(LOCAL):%Y-%m-%d %H:%M}"),
    ("该条存证值（SHA-256）", 66, lambda row: row.known_by.hash),
)


def write(path: Path, asked: Asked, actor: Actor, tell: Callable[[int], None]) -> int:
    """Write the workbook of the day to *path*, row by row; return how many rows it has.

    Raises:
        NotAllowed: the past is none of the actor's business.
    """
    sees_all(actor)
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, options) as book:
        proof = book.add_worksheet("说明与存证")
        sheet = book.add_worksheet("台账", worksheet_class=QuickSheet)
        bold = book.add_format({**_INK, "bold": True})
        plain = book.add_format(_INK)
        days = book.add_format({**_INK, "num_format": "yyyy-mm-dd", "align": "center"})
        _head(sheet, asked, bold)
        count = 0
        for count, row in enumerate(_rows(asked, actor, tell), start=1):
            said = [say(row) for _, _, say in COLUMNS]
            values = [NOT_RECORDED if value is None else value for value in said]
            _fit(sheet, count, values)
            for place, value in enumerate(values):
                sheet.write(count, place, value, days if isinstance(value, date) else plain)
        _prove(proof, asked, count)
    return count


def _rows(asked: Asked, actor: Actor, tell: Callable[[int], None]) -> Iterator[Row]:
    sieve, done = Sieve(asked), 0
    for portion in portions(asked, actor):
        yield from rows_of([one for one in portion if wanted(one, asked, sieve)], asked)
        done += len(portion)
        tell(done)


def _fit(sheet: QuickSheet, row: int, values: Iterable[Any]) -> None:
    """Have a row be as tall as its tallest text."""
    widths = (width for _, width, _ in COLUMNS)
    sheet.fit_row(row, paper.height(max(map(paper.lines, map(str, values), widths))))


def _head(sheet: QuickSheet, asked: Asked, bold: Any) -> None:
    sheet.set_landscape()
    sheet.set_paper(paper.A3)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.freeze_panes(1, 1)
    sheet.set_header(f"&C整改台账（{asked.day}日终）")
    sheet.set_footer("&C第 &P 页，共 &N 页")
    _fit(sheet, 0, [heading for heading, _, _ in COLUMNS])
    for place, (heading, width, _) in enumerate(COLUMNS):
        sheet.set_column(place, place, width)
        sheet.write(0, place, heading, bold)


def _prove(sheet: Any, asked: Asked, count: int) -> None:
    """Say of which day it is, when it was made, and how it can be checked."""
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, 90)
    sheet.set_landscape()
    sheet.set_paper(paper.A4)
    sheet.fit_to_pages(1, 0)
    for place, pair in enumerate(proof(asked, count)):
        sheet.write_row(place, 0, pair)


def proof(asked: Asked, count: int) -> list[tuple[str, str]]:
    """Return what stands beside the register so that it can be checked."""
    anchor = covering(asked.until)
    sealed = [("存证", "尚无覆盖当日的存证；系统每日生成一次，请次日后重新导出。")]
    if anchor is not None:
        made = f"{anchor.at.astimezone(LOCAL):%Y-%m-%d %H:%M:%S}"
        sealed = [
            ("存证编号", f"第 {anchor.id} 号，生成于 {made}（北京时间）"),
            ("存证值（SHA-256）", anchor.hash),
            ("覆盖范围", f"截至第 {anchor.last_event_id} 条，共 {anchor.events} 条办理记录"),
        ]
    return [
        ("台账日期", f"{asked.day} 24:00（北京时间）"),
        ("件数", str(count)),
        ("制表时间", f"{utcnow().astimezone(LOCAL):%Y-%m-%d %H:%M:%S}（北京时间）"),
        ("来源", "逐件由办理记录（只增不改、逐条链式存证）重算得出；标“当时未记录”的不作推测。"),
        *sealed,
        ("核验方法", "在服务器上运行 xiaohao history verify：逐条重算每件办理记录的存证值，"),
        ("", "并与历次存证比对；再按本表所列条次和存证值，与该件办理记录逐条核对。"),
    ]


def made_now(asked: Asked, actor: Actor) -> bytes:
    """Return the workbook of a day with few cases.

    Raises:
        NotAllowed: the past is none of the actor's business.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "past.xlsx"
        write(path, asked, actor, lambda _: None)
        return path.read_bytes()


def order(asked: Asked, actor: Actor) -> Job:
    """Have a job write the workbook of a day with many cases.

    Raises:
        NotAllowed: the past is none of the actor's business.
    """
    sees_all(actor)
    since = asked.since.isoformat() if asked.since else None
    params = {
        "day": asked.day.isoformat(),
        "since": since,
        "show": asked.show,
        "narrow": asked.narrow.written(),
    }
    return jobs.start(jobs.Order(kind=KIND, params=params, actor=actor))


@jobs.job(KIND, label="导出往日台账", counted="已写入 %(amount)s 件")
def _run(params: Mapping[str, Any], progress: jobs.Progress) -> jobs.Result:
    _forget()
    actor = Actor.of(db.session.get_one(User, progress.made_by_id))
    asked = _asked(params)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "past.xlsx"
        count = write(path, asked, actor, progress)
        with (
            path.open("rb") as file,
            _store().receiving(iter(lambda: file.read(_CHUNK), b"")) as got,
        ):
            name = _store().keep(got)
    told = Sentence("%(day)s台账已导出，共 %(count)s 件。", day=asked.day, count=count)
    return jobs.Result(
        told, {"file": name, "count": count, "anchored": bool(covering(asked.until))}
    )


def _forget() -> None:
    """Remove workbooks that nobody has fetched for so long; they can be written again."""
    oldest = (utcnow() - KEPT_FOR).timestamp()
    for path in _store().root.glob("??/*"):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def _asked(params: Mapping[str, Any]) -> Asked:
    since = date.fromisoformat(params["since"]) if params["since"] else None
    day = date.fromisoformat(params["day"])
    return Asked(day, Narrowing.read(params["narrow"]), params["show"], since)


def made_by(job_id: int, actor: Actor) -> Path:
    """Return the workbook that a job of the actor's has written.

    Raises:
        NotFound: it is no such job of the actor's, it is not done, or the file is gone.
    """
    found = jobs.get(job_id, actor)
    own = found.kind == KIND and found.made_by_id == actor.id and sees_all(actor)
    name = (found.outcome or {}).get("file") if own else None
    path = _store().path_of(name) if name else None
    if path is None or not path.exists():
        raise NotFound("没有这份导出文件，请重新导出。")
    return path


def _store() -> FileStore:
    return _stores[0]
