"""Native Word charts: Word draws them from a workbook in the file, so an office can edit them.

python-pptx writes the chart's XML and workbook; here they become parts of a Word file, and the
drawing that stands in the text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from docx.opc.packuri import PackURI
from docx.opc.part import Part
from lxml import etree
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE

from app.services.sheets import EXCEL

_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
#: As wide as the text of a page after GB/T 9704, in English Metric Units (1 mm is 36000).
WIDTH = 154 * 36000
HEIGHT = 75 * 36000
#: They differ in brightness, too: a report is printed in grey.
COLOURS = ("1F4E79", "9DC3E6", "548235", "C55A11")

#: Of so many cases at most an axis shows each.
_FEW = 8


class Shape(Enum):
    """How figures are drawn."""

    COLUMNS = XL_CHART_TYPE.COLUMN_CLUSTERED
    BARS = XL_CHART_TYPE.BAR_CLUSTERED
    LINES = XL_CHART_TYPE.LINE_MARKERS


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a chart shows: names along one axis, and a row of figures for each series."""

    title: str
    shape: Shape
    names: Sequence[str]
    series: Mapping[str, Sequence[int]]


class Chart:
    """A chart for a template: wherever the template names it, it is put into the text."""

    def __init__(self, template: Any, drawing: Drawing) -> None:
        self._template, self._drawing = template, drawing

    def __html__(self) -> str:
        """Add the chart to the file and return the runs that show it."""
        part = self._template.current_rendering_part
        relation = add(part, self._drawing)
        return (
            "</w:t></w:r><w:r><w:drawing>"
            + inline(relation, self._drawing.title)
            + '</w:drawing></w:r><w:r><w:t xml:space="preserve">'
        )

    __str__ = __html__


def add(part: Any, drawing: Drawing) -> str:
    """Add the chart and its workbook to the package of *part*; return the relationship's id."""
    data: Any = CategoryChartData(number_format="0")  # type: ignore[no-untyped-call]
    # The workbook's writer takes what begins with "=" for a formula.
    data.categories = [name.lstrip("=") or "—" for name in drawing.names]
    for name, values in drawing.series.items():
        data.add_series(name, list(values))
    package = part.package
    chart = Part(_free(package, "/word/charts/chart%d.xml"), _CHART_TYPE, b"", package)
    sheet = Part(
        _free(package, "/word/embeddings/Microsoft_Excel_Sheet%d.xlsx"),
        EXCEL,
        _workbook(data),
        package,
    )
    workbook = chart.relate_to(sheet, f"{_R}/package")
    chart._blob = _xml(data, drawing, workbook)
    relation: str = part.relate_to(chart, f"{_R}/chart")
    return relation


def _workbook(data: Any) -> bytes:
    blob: bytes = data._workbook_writer.xlsx_blob
    return blob


def _free(package: Any, pattern: str) -> PackURI:
    """Return the first name of that pattern that no part of the package has."""
    taken = {str(part.partname) for part in package.iter_parts()}
    number = 1
    while pattern % number in taken:
        number += 1
    return PackURI(pattern % number)


def _xml(data: Any, drawing: Drawing, workbook: str) -> bytes:
    tree = etree.fromstring(data.xml_bytes(drawing.shape.value))
    chart = tree.find(f"{{{_C}}}chart")
    _title(chart, drawing.title)
    for place, series in enumerate(tree.iter(f"{{{_C}}}ser")):
        _paint(series, COLOURS[place % len(COLOURS)], drawing.shape)
    if len(drawing.series) > 1:
        _legend(chart)
    if max((most for row in drawing.series.values() for most in row), default=0) <= _FEW:
        _count_by_one(chart)
    for size in tree.findall(f"{{{_C}}}txPr//{{{_A}}}defRPr"):
        size.set("sz", "900")
    external = etree.SubElement(tree, f"{{{_C}}}externalData", {f"{{{_R}}}id": workbook})
    etree.SubElement(external, f"{{{_C}}}autoUpdate", val="0")
    return bytes(etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True))


def _title(chart: Any, text: str) -> None:
    """Put the title first, and have it take room of its own."""
    for old in chart.findall(f"{{{_C}}}title") + chart.findall(f"{{{_C}}}autoTitleDeleted"):
        chart.remove(old)
    title = etree.fromstring(
        f'<c:title xmlns:c="{_C}" xmlns:a="{_A}"><c:tx><c:rich><a:bodyPr/><a:lstStyle/><a:p>'
        '<a:pPr><a:defRPr sz="1200" b="1"/></a:pPr>'
        '<a:r><a:rPr lang="zh-CN" sz="1200" b="1"/><a:t></a:t></a:r>'
        '</a:p></c:rich></c:tx><c:overlay val="0"/></c:title>'
    )
    for place in title.iter(f"{{{_A}}}t"):
        place.text = text
    chart.insert(0, title)
    chart.insert(1, etree.Element(f"{{{_C}}}autoTitleDeleted", val="0"))


def _legend(chart: Any) -> None:
    """Put the legend below, after the plot, where the schema has its place."""
    for old in chart.findall(f"{{{_C}}}legend"):
        chart.remove(old)
    legend = etree.Element(f"{{{_C}}}legend")
    etree.SubElement(legend, f"{{{_C}}}legendPos", val="b")
    etree.SubElement(legend, f"{{{_C}}}overlay", val="0")
    chart.find(f"{{{_C}}}plotArea").addnext(legend)


def _count_by_one(chart: Any) -> None:
    """Have the axis of figures go by whole cases; left to itself it goes by fifths."""
    before = {f"{{{_C}}}{name}" for name in ("crossAx", "crosses", "crossBetween")}
    for axis in chart.iter(f"{{{_C}}}valAx"):
        last = [child for child in axis if child.tag in before][-1]
        last.addnext(etree.Element(f"{{{_C}}}majorUnit", val="1"))


#: What may stand before the painting of a series, in the schema's order.
_BEFORE_PAINT = ("idx", "order", "tx")
_BEFORE_LABELS = (*_BEFORE_PAINT, "spPr", "invertIfNegative", "marker", "dPt")


def _paint(series: Any, colour: str, shape: Shape) -> None:
    for old in series.findall(f"{{{_C}}}spPr") + series.findall(f"{{{_C}}}dLbls"):
        series.remove(old)
    fill = f'<a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>'
    line = f'<a:ln w="28575">{fill}</a:ln>'
    painted = line if shape is Shape.LINES else fill
    _after(series, _BEFORE_PAINT, f"<c:spPr>{painted}</c:spPr>")
    if shape is not Shape.LINES:
        shown = "".join(
            f'<c:{name} val="{int(name == "showVal")}"/>'
            for name in ("showLegendKey", "showVal", "showCatName", "showSerName", "showPercent")
        )
        _after(series, _BEFORE_LABELS, f'<c:dLbls>{shown}<c:showBubbleSize val="0"/></c:dLbls>')


def _after(series: Any, names: Sequence[str], xml: str) -> None:
    """Put an element behind the last of those that must stand before it."""
    made = etree.fromstring(f'<x xmlns:c="{_C}" xmlns:a="{_A}">{xml}</x>')[0]
    wanted = {f"{{{_C}}}{name}" for name in names}
    last = [child for child in series if child.tag in wanted][-1]
    last.addnext(made)
    etree.cleanup_namespaces(series)


def inline(relation: str, title: str) -> str:
    """Return the drawing that shows a chart in a line of text."""
    made = etree.fromstring(
        f"""<wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
 xmlns:a="{_A}" xmlns:c="{_C}" xmlns:r="{_R}" distT="0" distB="0" distL="0" distR="0">
<wp:extent cx="{WIDTH}" cy="{HEIGHT}"/><wp:effectExtent l="0" t="0" r="0" b="0"/>
<wp:docPr id="1" name="chart"/><wp:cNvGraphicFramePr/>
<a:graphic><a:graphicData uri="{_C}"><c:chart r:id="{relation}"/></a:graphicData></a:graphic>
</wp:inline>"""
    )
    properties = next(child for child in made if child.tag.endswith("}docPr"))
    properties.set("name", title)
    properties.set("descr", title)
    return str(etree.tostring(made, encoding="unicode")).replace("\n", "")
