"""Files of other modelers in our way: converted where it means the same, kept where it doesn't."""

import tarfile
from pathlib import Path

import pytest

from app.domain.errors import InvalidDiagram
from app.engine.converting import convert, exported
from app.engine.converting.languages import Foreign, from_feel, from_juel, timer_of
from app.engine.parsing import parse_xml
from app.engine.step import Catalogue
from app.services import bundles, diagrams
from tests.engine.drawing import chain, diagram, flow, node, straight

HERE = Path(__file__).parent
CORPUS = HERE.parents[2] / "shared" / "corpora" / "operaton_tests.tar.gz"
CATALOGUE = Catalogue(
    roles=frozenset({"office", "inspector"}),
    forms={},
    effects={"remind": (frozenset({"notice", "to"}), frozenset()), "close_out": (frozenset(),) * 2},
    variables=frozenset({"severity"}),
)


def converted(text, **options):
    return convert(text, CATALOGUE, **options)


@pytest.fixture(scope="module")
def camunda8():
    return converted((HERE / "camunda8.bpmn").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def camunda7():
    return converted((HERE / "camunda7.bpmn").read_text(encoding="utf-8"))


def told(result, element, kind="converted"):
    return [
        (one.was, one.now) for one in result.changes if (one.element, one.kind) == (element, kind)
    ]


@pytest.mark.parametrize(
    ("feel", "ours"),
    [
        ('= a = "yes" and not(b)', 'a == "yes" and not (b)'),
        ("=not(a) = b", "(not (a)) == b"),
        ("=count(items) >= 3 or 级别 != null", "len(items) >= 3 or 级别 != null"),
        ("=x in [1,2]", "x in [1, 2]"),
    ],
)
def test_feel_that_means_the_same_is_converted(feel, ours):
    assert from_feel(feel) == ours


@pytest.mark.parametrize(
    "feel",
    ["=a.b", "=if a then 1 else 2", "=a = b = c", "=[1..5]", "=now()", "=", "=a b", '="\\n"'],
)
def test_feel_that_says_more_than_our_language_is_not(feel):
    with pytest.raises(Foreign):
        from_feel(feel)


@pytest.mark.parametrize(
    ("juel", "ours"),
    [
        ("${!approved}", "not approved"),
        ("#{a && (b || !c)}", "a and (b or not c)"),
        ("${!a == b}", "(not a) == b"),
        ("${days gt 3 and kind eq 'ill'}", "days > 3 and kind == 'ill'"),
        ("${cycle > 1 and not reassigned}", "cycle > 1 and not reassigned"),
    ],
)
def test_juel_that_means_the_same_is_converted(juel, ours):
    assert from_juel(juel) == ours


@pytest.mark.parametrize(
    "juel",
    ["${execution.id}", "${a ? b : c}", "${empty a}", "${not a == b}", "${a = b}", "${f(x)}"],
)
def test_juel_that_is_code_or_reads_otherwise_is_not(juel):
    with pytest.raises(Foreign):
        from_juel(juel)


@pytest.mark.parametrize(
    ("there", "here"),
    [
        ('=duration("P3D")', "P3D"),
        ('="PT5M"', "PT5M"),
        ('=cycle(3, duration("P1D"))', "R3/P1D"),
        ('=date and time("2026-01-01T00:00:00Z")', "2026-01-01T00:00:00Z"),
        ("=due_on", "${due_on}"),
        ("workdays(3)", "workdays(3)"),
    ],
)
def test_timers_are_read_whoever_wrote_them(there, here):
    assert timer_of(there) == here


@pytest.mark.parametrize("there", ["0 0 9 * * ?", "PT10S", '=now() + duration("P1D")'])
def test_timers_that_our_calendar_can_not_compute_are_left(there):
    with pytest.raises(Foreign):
        timer_of(there)


def test_camunda_8_settings_become_ours(camunda8):
    assert told(camunda8, "check") == [
        ("camunda-forms:bpmn:UserTaskForm_1", "form_agree"),
        ("office（别处写法）", "office"),
        ("=lead_verifier", "${lead_verifier}"),
    ]
    assert told(camunda8, "remind_office") == [
        ("remind（别处写法）", "remind"),
        ('="office"', "office"),
    ]
    assert told(camunda8, "check_due") == [('=duration("P3D")', "P3D")]
    assert told(camunda8, "appoint")[1] == ("=people", "people")


def test_what_has_no_place_here_stays_in_the_file_and_is_told(camunda8):
    assert "zeebe:taskSchedule" in camunda8.xml
    assert "zeebe:executionListener " in camunda8.xml
    assert [one.element for one in camunda8.changes if one.kind == "idle"] == [
        "check",
        "remind_office",
        "appoint",
    ]


def test_what_can_not_be_said_here_stays_where_it_is_and_in_the_documentation(camunda8):
    (lost,) = [one for one in camunda8.changes if one.element == "f9"]

    assert lost.kind == "unconverted"
    assert lost.name == "是否同意 → ended"
    assert camunda8.xml.count("=some x in people satisfies x.old") == 2


def test_a_form_inside_the_drawing_becomes_a_form_of_its_own(camunda8):
    (agreed, reason) = camunda8.forms["form_agree"]["components"]

    assert agreed["properties"] == {"variable": "agreed"}
    assert reason["conditional"] == {"hide": 'agreed == "yes"'}
    assert "userTaskForm" not in camunda8.xml


def test_camunda_7_settings_become_ours(camunda7):
    assert told(camunda7, "fill") == [
        ("责任督学", "inspector"),
        ("#{starter}", "${starter}"),
        ("leaveDays、kind", "fill.form"),
    ]
    assert told(camunda7, "tell") == [
        ("${remindDelegate}", "remind"),
        ("plan_due（别处写法）", "plan_due"),
        ("office（别处写法）", "office"),
    ]
    assert told(camunda7, "f3")[0][1] == "${leaveDays > 5 and not (kind == 'ill')}"


def test_code_that_another_engine_would_run_is_told_and_not_run(camunda7):
    assert told(camunda7, "book", "unconverted") == [("org.example.BookDelegate", "")]
    assert told(camunda7, "see_cron", "unconverted") == [("0 0 9 * * ?", "")]


def test_fields_inside_the_drawing_become_a_form(camunda7):
    days, kind = camunda7.forms["fill"]["components"]

    assert (days["key"], days["type"], days["validate"]) == (
        "leave_days",
        "number",
        {"required": True, "max": 30},
    )
    assert days["properties"] == {"variable": "leaveDays"}
    assert [one["value"] for one in kind["values"]] == ["ill", "other"]


@pytest.mark.parametrize("result", ["camunda7", "camunda8"])
def test_what_was_converted_is_not_converted_again(result, request):
    once = request.getfixturevalue(result)

    twice = converted(once.xml, forms=once.forms)

    assert [one for one in twice.changes if one.now] == []
    assert (twice.xml, twice.forms) == (once.xml, once.forms)


def test_a_plain_drawing_takes_the_roles_of_its_lanes_and_runs():
    lanes = (
        '<~laneSet><~lane id="l" name="督导办"><~flowNodeRef>u</~flowNodeRef></~lane></~laneSet>'
    )
    text = diagram(
        straight(node("userTask", "u")) + lanes, attributes='id="p" isExecutable="false"'
    )

    result = converted(text)

    assert 'isExecutable="true"' in result.xml
    assert 'camunda:candidateGroups="office"' in result.xml


def test_settings_of_the_same_family_are_read_as_camundas():
    text = diagram(straight(node("userTask", "u", camunda__candidateGroups="office")))
    other = text.replace("http://camunda.org/schema/1.0/bpmn", "http://activiti.org/bpmn")

    assert 'candidateGroups="office"' in converted(other).xml
    assert "http://activiti.org/bpmn}" not in str(
        dict(parse_xml(converted(other).xml)[0][2].attrib)
    )


def test_every_element_gets_a_place_on_the_drawing():
    inner = node(
        "subProcess",
        "s",
        straight(node("task", "t")).replace('"start"', '"s1"').replace('"end"', '"e1"'),
    )
    back = node("exclusiveGateway", "g") + flow("g", "a") + flow("g", "z")
    text = diagram(
        node("startEvent", "a0")
        + node("task", "a")
        + inner
        + back
        + node("endEvent", "z")
        + chain("a0", "a", "s", "g")
        + node("boundaryEvent", "b", attachedToRef="a")
        + node("endEvent", "y")
        + flow("b", "y")
    )

    root = parse_xml(exported(text))

    drawn = {one.get("bpmnElement") for one in root.iter("{*}BPMNShape", "{*}BPMNEdge")}
    named = {one.get("id") for one in root[0].iter("{*}*") if one.get("id")} - {"p"}
    assert drawn == named


def test_what_is_drawn_stays_where_it_is(camunda8):
    assert exported(camunda8.xml) == camunda8.xml


@pytest.mark.parametrize(
    "file", sorted((HERE.parents[1] / "bpmn").glob("*.bpmn")), ids=lambda f: f.stem
)
def test_our_own_diagrams_come_and_go_letter_by_letter(file):
    bundle = bundles.read(file)

    result = convert(bundle.xml, diagrams.catalogue({}), forms=bundle.forms)

    assert (result.xml, result.changes) == (bundle.xml, ())
    assert exported(bundle.xml) == bundle.xml
    assert result.forms == bundle.forms


def many(what, count):
    return diagram("".join(what % (number, number) for number in range(count)))


HOSTILE = {
    "many tasks": many('<~task id="t%d"/><!--%d-->', 2_900),
    "many settings": many('<~task id="t%d" camunda:foo="%d" camunda:bar="2"/>', 2_900),
    "many boundary events": many('<~boundaryEvent id="b%d" attachedToRef="h"/><!--%d-->', 2_900),
    "deep": diagram('<~subProcess id="s">' * 240 + "</~subProcess>" * 240),
    "deep expression": diagram(
        node(
            "sequenceFlow",
            "f",
            node("conditionExpression", "", "${" + "!(" * 900 + ")" * 900 + "}"),
        )
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_drawings_are_converted_all_the_same(name):
    assert converted(HOSTILE[name]).xml


def test_a_file_beyond_all_measure_is_refused_by_name():
    with pytest.raises(InvalidDiagram) as refused:
        converted(many('<~task id="t%d" name="%d"/>', 13_000))

    assert [one.code for one in refused.value.problems] == ["file/too_many_elements"]


def test_the_diagrams_of_another_engine_come_in_or_are_refused_by_code():
    if not CORPUS.exists():
        pytest.skip("the diagrams of the Operaton engine's tests are not here")
    refused = []
    with tarfile.open(CORPUS) as corpus:
        files = [one for one in corpus if one.isfile()]
        for file in files[::10]:
            text = corpus.extractfile(file).read().decode(errors="surrogateescape")
            try:
                once = converted(text)
            except InvalidDiagram as error:
                refused += [one.code for one in error.problems]
                continue
            assert [one for one in converted(once.xml).changes if one.now] == [], file.name

    assert len(refused) < 5
    assert all(code.startswith("xml_") for code in refused)
