"""Two versions of a process compared: every difference told, and nothing else."""

import copy
import re
from collections.abc import Mapping
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from lxml import etree

from app.services import bundles, rule_sets
from app.services.design.comparing import changes, marks, text_difference

ROOT = Path(__file__).parents[2]
BEFORE = bundles.read(ROOT / "bpmn/rectification.bpmn")
LEGAL = (
    '<bpmn:userTask id="legal" name="法制审核" camunda:formKey="review"'
    ' camunda:candidateGroups="office"><bpmn:incoming>plan_reviewed_to_approve_plan'
    "</bpmn:incoming><bpmn:outgoing>from_legal</bpmn:outgoing></bpmn:userTask>"
    '<bpmn:sequenceFlow id="from_legal" sourceRef="legal" targetRef="approve_plan"/>'
)


def edited(*pairs: tuple[str, str], **parts: Mapping[str, object]):
    """The version with each text replaced where it stands first."""
    xml = BEFORE.xml
    for old, new in pairs:
        assert old in xml
        xml = xml.replace(old, new, 1)
    return replace(BEFORE, xml=xml, **parts)


def told(after, **options):
    return [str(one.sentence) for one in changes(BEFORE, after, **options)]


def with_legal_review():
    """The version with a step put in between, as a modeler does it: the flow's end is moved."""
    flow = re.search(r'<bpmn:sequenceFlow id="plan_reviewed_to_approve_plan"[^>]*>', BEFORE.xml)[0]
    moved = flow.replace('targetRef="approve_plan"', 'targetRef="legal"')
    task = '<bpmn:userTask id="approve_plan"'
    return edited((flow, moved), (task, LEGAL + task))


def test_a_version_does_not_differ_from_itself():
    assert changes(BEFORE, copy.deepcopy(BEFORE)) == []


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            ">workdays(10)<",
            ">workdays(8)<",
            "“制定整改方案”的期限由10个工作日改为8个工作日（依据：本级整改工作规程（可调整））",
        ),
        (
            ">workdays(10)<",
            ">P10D<",
            "“制定整改方案”的期限由10个工作日改为10日（自然日）（依据：本级整改工作规程（可调整））",
        ),
        (
            ">before(due, days(blue_days))<",
            ">before(due, workdays(15))<",
            "“实施整改”的定时“蓝灯”由整改期限之前“blue_days”日（自然日）改为整改期限之前15个工作日"
            "（依据：预警灯规则）",
        ),
        (
            'camunda:formKey="plan" camunda:candidateGroups="unit_owner"',
            'camunda:formKey="plan" camunda:candidateGroups="unit_head"',
            "“制定整改方案”的办理人由单位责任人改为单位主要负责人",
        ),
        (
            'camunda:formKey="plan"',
            'camunda:formKey="report"',
            "“制定整改方案”的表单由“plan”改为“report”",
        ),
        (
            'name="制定整改方案"',
            'name="编制整改方案"',
            "办理环节“制定整改方案”改名为“编制整改方案”",
        ),
        (
            'cancelActivity="false" attachedToRef="draft_plan"',
            'attachedToRef="draft_plan"',
            "“制定整改方案”的期限改为触发后收回环节（中断）",
        ),
        (
            'cancelActivity="false" attachedToRef="draft_plan"',
            'cancelActivity="false" attachedToRef="sign_plan"',
            "期限“10个工作日”由“制定整改方案”改挂到“负责人签批方案”",
        ),
        (
            'default="by_mode_to_to_plan"',
            'default="by_mode_to_straight_to_work"',
            "“整改方式”的默认走向由“整改方式”之后的排他网关改为“是否反弹重开”之后的排他网关",
        ),
        (
            'value="unit_head,department"',
            'value="office"',
            "“催报方案”的通知对象由单位主要负责人、主管部门改为督导办",
        ),
        (
            'camunda:topic="start_expediting"',
            'camunda:topic="remind"',
            "“启动督办”的动作由“起草督办函”改为“提醒”",
        ),
        (
            '<camunda:property name="stage" value="issued"/>',
            '<camunda:property name="stage" value="planning"/>',
            "“签收”的进入的阶段由待签收改为制定方案",
        ),
        (
            '<bpmn:userTask id="sign_plan"',
            '<bpmn:manualTask id="sign_plan"',
            None,
        ),
    ],
)
def test_what_was_set_otherwise_is_told_by_the_name_of_the_element(old, new, sentence):
    if sentence is None:
        after = replace(
            BEFORE,
            xml=re.sub(
                r'<bpmn:userTask id="sign_plan"(.*?)</bpmn:userTask>',
                r'<bpmn:manualTask id="sign_plan"\1</bpmn:manualTask>',
                BEFORE.xml,
                flags=re.DOTALL,
            ),
        )
        assert told(after) == ["“负责人签批方案”由办理环节改为手工任务"]
    else:
        assert told(edited((old, new))) == [sentence]


def test_a_condition_is_told_with_the_flow_it_is_of():
    condition = re.search(r"<bpmn:conditionExpression[^>]*>([^<]*)<", BEFORE.xml)

    found = changes(BEFORE, edited((condition[0], condition[0].replace(condition[1], "cycle > 9"))))

    assert [one.aspect for one in found] == ["condition"]
    assert found[0].sentence.startswith("连线“")
    assert found[0].sentence.endswith(f"的条件由“{unescape(condition[1])}”改为“cycle > 9”")


def test_a_new_step_is_told_with_its_place_and_the_flow_that_now_leads_to_it():
    found = changes(BEFORE, with_legal_review())

    assert [str(one.sentence) for one in found] == [
        "新增办理环节“法制审核”（办理人：督导办、表单：“review”），"
        "在“是否通过”之后、“审定整改方案”之前",
        "连线“通过”改接：由“是否通过” → “审定整改方案”改为“是否通过” → “法制审核”",
    ]
    assert found[0].also == ("from_legal",)


def test_what_was_removed_is_told_as_it_was():
    after = with_legal_review()

    found = [str(one.sentence) for one in changes(after, BEFORE)]

    assert found[1].startswith("删除办理环节“法制审核”（办理人：督导办")
    assert found[0].endswith("改为“是否通过” → “审定整改方案”")


def test_an_element_with_another_id_is_the_same_element():
    xml = re.sub(r'(["> ])draft_plan(["<])', r"\1write_plan\2", BEFORE.xml)

    (found,) = changes(BEFORE, replace(BEFORE, xml=xml))

    assert (found.act, found.was, found.element) == ("renamed", "draft_plan", "write_plan")
    assert found.is_substance


def test_a_copy_whose_every_id_is_another_has_nothing_new_and_lacks_nothing():
    attributes = r"\b(id|sourceRef|targetRef|attachedToRef|default|bpmnElement|processRef)"
    xml = re.sub(rf'{attributes}="(\w+)"', r'\1="z_\2"', BEFORE.xml)
    xml = re.sub(r">(\w+)</bpmn:(incoming|outgoing|flowNodeRef)", r">z_\1</bpmn:\2", xml)

    acts = {one.act for one in changes(BEFORE, replace(BEFORE, xml=xml))}

    assert acts == {"renamed"}


def test_what_only_stands_elsewhere_is_kept_apart():
    shape = re.search(r'bpmnElement="draft_plan"[^>]*>\s*<dc:Bounds x="(\d+)"', BEFORE.xml)[0]

    (found,) = changes(BEFORE, edited((shape, shape.replace('x="', 'x="9'))))

    assert (found.act, found.weight, found.element) == ("moved", "layout", "draft_plan")


def test_the_rule_book_has_the_last_word_on_a_length_and_that_is_noted():
    after = edited((">workdays(10)<", ">workdays(8)<"))

    (without,) = changes(BEFORE, after)
    (ruled,) = changes(BEFORE, after, rules=rule_sets.get("default"))

    assert without.note is None
    assert ruled.note.startswith("编号T05的时长由期限规则定为10个工作日")


def test_elements_are_named_in_english_where_they_carry_it():
    (found,) = changes(BEFORE, edited((">workdays(10)<", ">workdays(8)<")), english=True)

    assert found.sentence.params["what"].params["host"] == "Draft the rectification plan"


def test_forms_are_compared_property_by_property():
    forms = copy.deepcopy(dict(BEFORE.forms))
    cause, goal, measures = forms["plan"]["components"][:3]
    cause["label"], goal["validate"]["required"] = "原因", False
    cause["validate"]["maxLength"] = 500
    del measures["components"][1]
    forms["plan"]["components"].append({"type": "number", "key": "cost", "label": "费用"})
    forms["extra"] = {"components": []}
    del forms["sign"]

    assert told(replace(BEFORE, forms=forms)) == [
        "表单“plan”的字段“原因”的最多字数由“2000”改为“500”",
        "表单“plan”的字段“整改目标及验收标准”改为选填",
        "表单“plan”新增字段“费用”（数字）",
        "表单“plan”删除字段“责任人”",
        "新增表单“extra”",
        "删除表单“sign”",
        "表单“plan”的字段“原因”的标签由“原因分析”改为“原因”",
    ]


def test_fields_in_another_order_are_layout():
    forms = copy.deepcopy(dict(BEFORE.forms))
    forms["plan"]["components"].reverse()

    (found,) = changes(BEFORE, replace(BEFORE, forms=forms))

    assert (found.weight, str(found.sentence)) == ("layout", "表单“plan”调整了字段的顺序")


def test_tables_are_compared_cell_by_cell():
    table = BEFORE.decisions["time_limit"]
    row = re.search(r'<rule id="relapse_safety">.*?</rule>', table, re.DOTALL)[0]
    changed = table.replace("<text>3</text>", "<text>5</text>", 1).replace(row, "")

    found = told(replace(BEFORE, decisions={**BEFORE.decisions, "time_limit": changed}))

    assert found[0] == "决策表“整改方式与时限”第1行的“时限（自然日）”由“3”改为“5”"
    assert found[1].startswith("决策表“整改方式与时限”删除原第2行：反弹重开为true、问题类别为")
    assert len(found) == 2


def test_rows_in_another_order_matter_where_the_first_that_fits_counts():
    table = BEFORE.decisions["time_limit"]
    first, second = re.findall(r"<rule id=.*?</rule>", table, re.DOTALL)[:2]
    swapped = table.replace(first, "@").replace(second, first).replace("@", second)

    (found,) = changes(
        BEFORE, replace(BEFORE, decisions={**BEFORE.decisions, "time_limit": swapped})
    )

    assert str(found.sentence) == "决策表“整改方式与时限”调整了行的顺序"
    assert found.is_substance


def test_a_table_or_drawing_that_cannot_be_read_is_told_as_such():
    broken = replace(BEFORE, xml="<bpmn", decisions={**BEFORE.decisions, "time_limit": "<"})

    found = told(broken)

    assert found[0].startswith("流程图无法读取，不能逐项比较：")
    assert found[1] == "决策表“time_limit”无法读取，只知道内容有改动"


def _mutants():
    """Every attribute and every text of the drawing, changed one at a time."""
    root = etree.fromstring(BEFORE.xml.encode())
    process = root.find("{*}process")
    for element in process.iter(etree.Element):
        for name in element.attrib:
            if name != "id" and not name.endswith("XMLSchema-instance}type"):
                yield element, name
        if (element.text or "").strip() and "Ref" not in element.tag:
            yield element, None


def test_nothing_in_a_drawing_can_change_without_being_told():
    silent = {"incoming", "outgoing"}  # told by the flows themselves
    untold = []
    for number, (element, name) in enumerate(_mutants()):
        if number % 37 or etree.QName(element).localname in silent:
            continue
        was = element.text if name is None else element.get(name)
        other = "false" if was == "true" else f"{was}x"
        if name is None:
            element.text = other
        else:
            element.set(name, other)
        xml = etree.tostring(element.getroottree(), encoding="unicode")
        if not changes(BEFORE, replace(BEFORE, xml=xml)):
            untold.append((element.tag, name, was))
        if name is None:
            element.text = was
        else:
            element.set(name, was)

    assert untold == []


def test_each_side_is_marked_with_what_it_has():
    before, after = marks(changes(BEFORE, with_legal_review()))

    assert {one.element for one in before} == {"plan_reviewed_to_approve_plan"}
    assert {(one.element, str(one.act)) for one in after} == {
        ("legal", "added"),
        ("from_legal", "added"),
        ("plan_reviewed_to_approve_plan", "changed"),
    }


def test_the_text_is_compared_line_by_line_unless_it_is_too_long():
    lines = text_difference("a\nb", "a\nc")

    assert lines[-2:] == ("-b", "+c")
    assert text_difference("a\n" * 20_000, "b\n" * 20_000) is None
