"""The main process drawn anew, as an analyst would after a new rule: small changes to its text."""

from sqlalchemy import select

from app.db import db
from app.domain.case import Case
from app.domain.process import Process
from app.services import accounts, diagrams
from app.services.diagrams import Bundle

KEY = "rectification"
#: A step between the report and its first review.
COUNTERSIGN = """<bpmn:userTask id="countersign" name="分管负责人会签" camunda:formKey="sign"
 camunda:candidateGroups="unit_head"/>
<bpmn:sequenceFlow id="countersign_on" sourceRef="countersign" targetRef="first_review"/>"""
#: A clock of its own beside the unit's work.
NUDGE = """<bpmn:boundaryEvent id="nudge" name="提前提醒" cancelActivity="false"
 attachedToRef="rectify"><bpmn:timerEventDefinition><bpmn:timeDuration>days(3)</bpmn:timeDuration>
</bpmn:timerEventDefinition></bpmn:boundaryEvent>
<bpmn:sequenceFlow id="nudge_on" sourceRef="nudge" targetRef="nudged"/>
<bpmn:endEvent id="nudged"/>"""


def redrawn(*changes, add="", key=KEY):
    """Return the version in force with texts replaced, and elements added at its end."""
    old = diagrams.get(key)
    xml = old.xml
    for before, after in changes:
        assert before in xml, before
        xml = xml.replace(before, after)
    xml = xml.replace("</bpmn:process>", f"{add}</bpmn:process>", 1)
    return Bundle(key, xml, dict(old.forms), dict(old.decisions))


def publish(*changes, add="", key=KEY):
    return diagrams.publish(redrawn(*changes, add=add, key=key))


def with_a_step_drawn():
    """Return a version in which the report is countersigned."""
    to = 'sourceRef="report_signed" targetRef="first_review"'
    return redrawn((to, to.replace("first_review", "countersign")), add=COUNTERSIGN)


def with_a_step():
    """Publish that version."""
    return diagrams.publish(with_a_step_drawn())


def with_a_clock():
    return publish(add=NUDGE)


def without_the_blue_light():
    """Publish a version that has no clock any more that turns the light blue."""
    xml = diagrams.get(KEY).xml
    start = xml.index('<bpmn:boundaryEvent id="turning_blue"')
    end = xml.index("</bpmn:boundaryEvent>", start) + len("</bpmn:boundaryEvent>")
    flow = xml.index('sourceRef="turning_blue"')
    first, last = xml.rindex("<bpmn:sequenceFlow", 0, flow), xml.index("/>", flow) + 2
    return publish(
        (xml[start:end], ""),
        (xml[first:last], ""),
        ("<bpmn:flowNodeRef>turning_blue</bpmn:flowNodeRef>", ""),
        *_drawn(xml, "turning_blue"),
    )


def _drawn(xml, key):
    """Yield the removal of the shapes of an element and of the flow behind it."""
    flow = xml.rindex('id="', 0, xml.index(f'sourceRef="{key}"')) + 4
    names = (key, xml[flow : xml.index('"', flow)])
    for tag, name in zip(("BPMNShape", "BPMNEdge"), names, strict=True):
        at = xml.index(f'bpmnElement="{name}"')
        start = xml.rindex(f"<bpmndi:{tag}", 0, at)
        end = xml.index(f"</bpmndi:{tag}>", at) + len(f"</bpmndi:{tag}>")
        yield xml[start:end], ""
    yield f"<bpmn:incoming>{names[1]}</bpmn:incoming>", ""


def renamed_drawn(before, after, *more):
    """Return a version in which an element has another id."""
    names = ("id", "sourceRef", "targetRef", "attachedToRef", "bpmnElement")
    quoted = [(f' {name}="{before}"', f' {name}="{after}"') for name in names]
    lane = (f">{before}</bpmn:flowNodeRef>", f">{after}</bpmn:flowNodeRef>")
    return redrawn(*quoted, lane, *more)


def renamed(before, after, *more):
    """Publish that version."""
    return diagrams.publish(renamed_drawn(before, after, *more))


def with_a_question_asked_before():
    """Publish a version whose plan says something on which the way of the report then hangs."""
    new = redrawn(('${signed == "yes"}', '${signed == "yes" and urgent != "no"}'))
    asked = {"type": "textfield", "key": "urgent", "label": "是否紧急", "id": "Field_urgent"}
    asked |= {"properties": {"variable": "urgent"}, "validate": {"required": True}}
    form = new.forms["plan"]
    new.forms["plan"] = form | {"components": [*form["components"], asked]}
    return diagrams.publish(new)


def with_another_form():
    """Publish a version whose form for the work asks for one thing more."""
    new = redrawn()
    form = new.forms["rectify"]
    asked = {"type": "textfield", "key": "witness", "label": "见证人", "id": "Field_witness"}
    new.forms["rectify"] = form | {"components": [*form["components"], asked]}
    return diagrams.publish(new)


def process_of(case):
    query = select(Process).where(Process.case_id == case.id).order_by(Process.id)
    return db.session.scalars(query.execution_options(populate_existing=True)).first()


def version_of(case):
    return process_of(case).diagram.version


def analyst():
    return accounts.actor("fenxi")


def head():
    return accounts.actor("chenjianguo")


def again(case):
    return db.session.get_one(Case, case.id, populate_existing=True)
