"""Word files of reports: charts that Word can edit, and templates that name only what there is."""

import posixpath
import zipfile
from io import BytesIO

import pytest
from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from lxml import etree
from openpyxl import load_workbook

from app.cli.report_templates import build
from app.domain.errors import Invalid, TooLarge
from app.domain.report import ReportKind
from app.services.reports import checking, samples, templates
from app.services.reports.charts import Drawing, Shape
from app.services.reports.rendering import render

CHART = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
#: The order that the schemas ask for.
OF_CHART_SPACE = ("date1904", "roundedCorners", "chart", "spPr", "txPr", "externalData")
OF_CHART = ("title", "autoTitleDeleted", "plotArea", "legend", "plotVisOnly", "dispBlanksAs")
OF_SERIES = ("idx", "order", "tx", "spPr", "invertIfNegative", "marker", "dLbls", "cat", "val")
DRAWN = Drawing("走势 & 变化", Shape.LINES, ["=1+1", "三月"], {"销号": [4, 5], "逾期": [0, 1]})


def paper(*paragraphs):
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    return saved(document)


def saved(document):
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def changed(document, *, drop=(), **parts):
    """Return the file with some of its parts added, replaced or left out."""
    written = BytesIO()
    with zipfile.ZipFile(BytesIO(document)) as old, zipfile.ZipFile(written, "w") as new:
        for name in old.namelist():
            if name not in parts and name not in drop:
                new.writestr(name, old.read(name))
        for name, content in parts.items():
            new.writestr(name, content)
    return written.getvalue()


@pytest.fixture(scope="module")
def report():
    """A report with two charts, unpacked."""
    template = paper("{{ 趋势图 }}", "{{ 报告名称 }}", "{{ 预警灯图 }}")
    drawings = samples.drawings() | {"趋势图": DRAWN}
    return zipfile.ZipFile(BytesIO(render(template, samples.values(), drawings)))


def targets(report, part):
    """Return what a part refers to, by the ids of the references."""
    folder, name = posixpath.split(part)
    relations = etree.fromstring(report.read(f"{folder}/_rels/{name}.rels"))
    return {
        one.get("Id"): (one.get("Type"), posixpath.normpath(f"{folder}/{one.get('Target')}"))
        for one in relations
    }


def in_order(element, names):
    found = [etree.QName(child).localname for child in element]
    return [name for name in names if name in found] == [n for n in found if n in names]


def test_a_chart_is_a_part_of_the_file_with_a_workbook_inside(report):
    body = etree.fromstring(report.read("word/document.xml"))
    shown = [one.get(f"{{{one.nsmap['r']}}}id") for one in body.iter(f"{C}chart")]
    parts = targets(report, "word/document.xml")

    charts = [parts[of] for of in shown]
    assert [kind for kind, _ in charts] == [RELATIONSHIP_TYPE.CHART] * 2
    assert len({path for _, path in charts}) == 2
    for _, path in charts:
        tree = etree.fromstring(report.read(path))
        (external,) = tree.iter(f"{C}externalData")
        kind, workbook = targets(report, path)[external.values()[0]]
        assert kind == RELATIONSHIP_TYPE.PACKAGE
        assert load_workbook(BytesIO(report.read(workbook))).active["B1"].value


def test_every_part_has_its_type_and_every_name_is_there_once(report):
    types = etree.fromstring(report.read("[Content_Types].xml"))
    told = {one.get("PartName") or one.get("Extension"): one.get("ContentType") for one in types}

    names = report.namelist()
    assert len(names) == len(set(names))
    assert told["/word/charts/chart1.xml"] == CHART
    assert told["xlsx"] == SHEET
    assert report.testzip() is None


def test_the_parts_of_a_chart_stand_in_the_order_of_the_schema(report):
    for name in ("word/charts/chart1.xml", "word/charts/chart2.xml"):
        tree = etree.fromstring(report.read(name))
        assert in_order(tree, OF_CHART_SPACE)
        assert in_order(tree.find(f"{C}chart"), OF_CHART)
        assert all(in_order(series, OF_SERIES) for series in tree.iter(f"{C}ser"))


def test_a_chart_draws_the_figures_and_takes_no_name_for_a_formula(report):
    tree = etree.fromstring(report.read("word/charts/chart1.xml"))
    sheet = load_workbook(BytesIO(report.read("word/embeddings/Microsoft_Excel_Sheet1.xlsx")))

    assert [one.text for one in tree.iterfind(f".//{C}val//{C}v")] == ["4", "5", "0", "1"]
    assert "走势 & 变化" in "".join(tree.itertext())
    rows = [[cell.value for cell in row] for row in sheet.active.rows]
    assert rows == [[None, "销号", "逾期"], ["1+1", 4, 0], ["三月", 5, 1]]


@pytest.mark.parametrize("kind", ReportKind)
def test_the_shipped_template_is_what_the_program_builds_and_can_be_used(kind):
    shipped, built = templates.shipped(kind), saved(build(kind))

    with zipfile.ZipFile(BytesIO(shipped)) as ours, zipfile.ZipFile(BytesIO(built)) as new:
        assert ours.namelist() == new.namelist()
        assert [name for name in new.namelist() if ours.read(name) != new.read(name)] == []
    checking.check(shipped)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("逾期{{ 存量.逾期了 }}件", "没有名为“存量.逾期了”的变量"),
        ("{{ 本月 }}", "没有名为“本月”的变量"),
        ("{% for 行 in 逾期清单 %}{{ 行.天 }}{% endfor %}", "没有名为“行.天”的变量"),
        ("{% for 行 in 存量 %}{% endfor %}", "循环只能是"),
        ("{% for n in range(9999999) %}{% endfor %}", "循环只能是"),
        ("{{ 县名.__class__ }}", "没有名为“县名”的变量"),
        ("{{ 县名.upper() }}", "模板里不能使用“Call”"),
        ("{{ '满' * 5000000000 }}", "模板里不能使用“Mul”"),
        ("{{ 县名|attr('x') }}", "没有过滤器“attr”"),
        ("{% set x = 1 %}", "模板里不能使用“Assign”"),
        ("{{ 县名 ", "标记写得不对：一处写一个变量"),
        ("{{ 期间 上期 }}", "标记写得不对：一处写一个变量"),
        ("{% endif %}", "“endif”没有与它成对的“if”"),
        ("{% if 逾期清单 %}有", "前面的“if”没有结束，缺少“endif”"),
        ("{% 如果 %}", "没有“如果”这种标记"),
        ("截至｛｛ 数据时间 ｝｝，80％", "要用半角"),
    ],
)
def test_a_template_is_refused_with_what_is_wrong_and_where(text, fault):
    with pytest.raises(Invalid) as refused:
        checking.check(paper("标题", text))

    (told,) = [str(one) for one in refused.value.fields["file"]]
    assert fault in told
    assert told.startswith("正文第 2 段")


def test_a_template_may_compare_and_repeat(report):
    checking.check(
        paper(
            "{%p if 存量.逾期 > 0 %}",
            "{% for 行 in 逾期清单 %}{{ loop.index }}.{{ 行.编号 }}{% endfor %}",
            "{%p endif %}",
            "{{ 逾期清单|length }}",
        )
    )


@pytest.mark.parametrize(
    ("document", "error"),
    [
        (b"no zip", Invalid),
        (changed(paper("x"), drop=["word/document.xml"]), Invalid),
        (changed(paper("x"), **{"word/vbaProject.bin": b"x"}), Invalid),
        (b"x" * (checking.LARGEST + 1), TooLarge),
        (
            changed(
                paper("x"),
                **{
                    "word/_rels/settings.xml.rels": b'<Relationships xmlns="http://schemas.'
                    b'openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
                    b'Type="http://x/attachedTemplate" Target="http://x/y.dotm" '
                    b'TargetMode="External"/></Relationships>'
                },
            ),
            Invalid,
        ),
    ],
)
def test_a_file_that_word_could_not_trust_is_refused(document, error):
    with pytest.raises(error):
        checking.check(document)


def test_what_people_wrote_cannot_break_the_document():
    values = samples.values() | {"县名": "<w:p>&{{ 存量 }}\n二"}

    document = Document(BytesIO(render(paper("{{ 县名 }}"), values, {})))

    assert document.paragraphs[0].text == "<w:p>&{{ 存量 }}\n二"


def test_few_cases_are_counted_by_one():
    few, many = (
        Drawing("逾期最多的单位", Shape.BARS, ["甲", "乙"], {"逾期": figures})
        for figures in ([1, 3], [1, 30])
    )

    made = [render(paper("{{ 单位图 }}"), {}, {"单位图": one}) for one in (few, many)]

    axes = [_parts(one, "word/charts/chart1.xml").find(f".//{C}valAx/{C}majorUnit") for one in made]
    assert axes[0].get("val") == "1"
    assert axes[1] is None


def _parts(document, name):
    with zipfile.ZipFile(BytesIO(document)) as packed:
        return etree.fromstring(packed.read(name))


@pytest.mark.parametrize("kind", list(ReportKind))
def test_the_tables_of_a_report_fit_between_its_margins(kind):
    for table in build(kind).tables:
        widths = [cell.width.mm for cell in table.rows[0].cells]
        headings = [cell.text for cell in table.rows[0].cells]
        assert sum(widths) <= 156.5
        # A heading of two words stays on one line: 10.5 point, and the margins of a cell.
        assert all(width >= 11.2 for width in widths), dict(zip(headings, widths, strict=True))
