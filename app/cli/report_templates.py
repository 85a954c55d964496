"""Building the shipped report templates, in the layout of GB/T 9704.

The files under ``config/reports`` are made by this and kept in the repository; an office edits a
copy of its own.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from app.cli.report_papers import APPENDIX, CHAPTERS, Chapter, Figure, Table, Text
from app.domain.report import ReportKind
from app.services.reports.templates import FOLDER

#: A typeface and its size.
Lettering = tuple[str, Pt]
SONG, FANG, HEI, KAI = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"
_ORDINALS = "一二三四五六七八九十"
#: Body text is 三号 with 28 points a line; tables are smaller, or nothing fits.
BODY, TABLE, LINE = Pt(16), Pt(10.5), Pt(28)
TITLE, HEADING, SUBTITLE = (SONG, Pt(22)), (HEI, BODY), (KAI, BODY)
PROSE, STEERING = (FANG, BODY), (FANG, Pt(9))


@click.group()
def reports() -> None:
    """统计报告。"""


@reports.command("build-templates")
@click.option("--folder", type=click.Path(path_type=Path), default=FOLDER, show_default=False)
def build_templates(folder: Path) -> None:
    """重新生成随程序附带的报告模板（config/reports）。"""
    folder.mkdir(parents=True, exist_ok=True)
    for kind in ReportKind:
        target = folder / f"{kind}.docx"
        build(kind).save(str(target))
        click.echo(str(target))


def build(kind: ReportKind) -> Any:
    """Return the template of a kind of report."""
    document = Document()
    _page(document)
    _properties(document)
    _paragraph(document, "{{ 报告名称 }}", TITLE, centred=True)
    _paragraph(document, "{{ 编制单位 }}", SUBTITLE, centred=True)
    _paragraph(document, "（{{ 编制日期 }}）", SUBTITLE, centred=True)
    _paragraph(document, "", PROSE)
    for ordinal, chapter in zip(_ORDINALS, CHAPTERS[kind], strict=False):
        _chapter(document, ordinal, chapter)
    _appendix(document)
    return document


def _page(document: Any) -> None:
    """Set paper, margins and page numbers as GB/T 9704 has them."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25)
    # A grid makes some programs spread the characters; the line pitch says it all.
    for grid in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(grid)
    document.settings.odd_and_even_pages_header_footer = True
    _page_number(section.footer, WD_ALIGN_PARAGRAPH.RIGHT)
    _page_number(section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT)
    style = document.styles["Normal"]
    style.font.name, style.font.size = FANG, BODY
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FANG)
    for tongue in document.styles.element.iter(qn("w:lang")):
        tongue.set(qn("w:eastAsia"), "zh-CN")


def _page_number(footer: Any, side: Any) -> None:
    paragraph = footer.paragraphs[0]
    paragraph.alignment = side
    for part in ("— ", None, " —"):
        run = paragraph.add_run(part or "")
        _face(run, "宋体", Pt(14))
        if part is None:
            for kind, text in (("begin", ""), ("", " PAGE "), ("end", "")):
                run._r.append(_field(kind, text))


def _field(kind: str, text: str) -> Any:
    if kind:
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), kind)
        return mark
    code = OxmlElement("w:instrText")
    code.set(qn("xml:space"), "preserve")
    code.text = text
    return code


def _properties(document: Any) -> None:
    """Fill in what the library leaves of its own, so that the same is built every time."""
    about = document.core_properties
    about.author, about.title, about.comments = "", "{{ 报告名称 }}", ""
    about.created = about.modified = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def _chapter(document: Any, ordinal: str, chapter: Chapter) -> None:
    _heading(document, f"{ordinal}、{chapter.heading}")
    for part in chapter.parts:
        if isinstance(part, Text):
            lettering = SUBTITLE if part.text.startswith("（") else PROSE
            _paragraph(document, part.text, lettering, indented=True)
        elif isinstance(part, Figure):
            _chart(document, part)
        else:
            _optional_table(document, part)


def _heading(document: Any, text: str) -> None:
    paragraph = _paragraph(document, text, HEADING, indented=True)
    paragraph.paragraph_format.keep_with_next = True


def _chart(document: Any, figure: Figure) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    # An exact line would cut the picture off.
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    paragraph.add_run(f"{{{{ {figure.name} }}}}")


def _appendix(document: Any) -> None:
    document.add_page_break()
    _paragraph(document, "附录", HEADING)
    _paragraph(document, "各项数字背后的整改事项", TITLE, centred=True)
    _paragraph(
        document,
        "统计时刻：{{ 数据时间 }}。件数多的只列前若干个编号，全部编号在系统的本报告中。",
        PROSE,
        indented=True,
    )
    _optional_table(document, APPENDIX)


def _optional_table(document: Any, table: Table) -> None:
    _command(document, f"{{%p if {table.rows} %}}")
    _table(document, table)
    _command(document, "{%p else %}")
    _paragraph(document, table.else_, PROSE, indented=True)
    _command(document, "{%p endif %}")


def _command(document: Any, text: str) -> None:
    """Add a paragraph that only steers; it is gone from the report."""
    _paragraph(document, text, STEERING)


def _table(document: Any, table: Table) -> None:
    made = document.add_table(rows=4, cols=len(table.columns))
    made.style, made.alignment, made.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    head, opening, body, closing = made.rows
    _cell(opening.cells[0], f"{{%tr for 行 in {table.rows} %}}", FANG)
    _cell(closing.cells[0], "{%tr endfor %}", FANG)
    for place, (heading, value, width) in enumerate(table.columns):
        for row in made.rows:
            row.cells[place].width = Mm(width)
        made.columns[place].width = Mm(width)
        _cell(head.cells[place], heading, HEI)
        _cell(body.cells[place], f"{{{{ {value} }}}}", FANG)
    _row_property(head, "w:cantSplit")
    _row_property(head, "w:tblHeader")
    _row_property(body, "w:cantSplit")


def _row_property(row: Any, name: str) -> None:
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement(name))


def _cell(cell: Any, text: str, face: str) -> None:
    paragraph = cell.paragraphs[0]
    form = paragraph.paragraph_format
    form.space_after, form.line_spacing = Pt(0), 1.15
    _face(paragraph.add_run(text), face, TABLE)


def _paragraph(
    document: Any, text: str, lettering: Lettering, *, centred: bool = False, indented: bool = False
) -> Any:
    paragraph = document.add_paragraph()
    form = paragraph.paragraph_format
    form.space_before = form.space_after = Pt(0)
    form.line_spacing_rule, form.line_spacing = (
        WD_LINE_SPACING.EXACTLY,
        max(LINE, Pt(lettering[1].pt + 8)),
    )
    if centred:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    if indented:
        # Word and WPS count characters; other programs know the measure only.
        form.first_line_indent = lettering[1] * 2
        paragraph._p.get_or_add_pPr().get_or_add_ind().set(qn("w:firstLineChars"), "200")
    _face(paragraph.add_run(text), *lettering)
    return paragraph


def _face(run: Any, face: str, size: Pt) -> None:
    run.font.name, run.font.size, run.font.color.rgb = face, size, RGBColor(0, 0, 0)
    run._r.get_or_add_rPr().rFonts.set(qn("w:eastAsia"), face)
