"""Write small diagrams: nodes and flows as text, ``~`` for the prefix of BPMN."""

from itertools import pairwise


def diagram(body, *, root="", attributes='id="p" isExecutable="true"'):
    return (
        (
            '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
            'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="definitions" '
            f'targetNamespace="http://example.org">{root}'
            f"<bpmn:process {attributes}>{body}</bpmn:process></bpmn:definitions>"
        )
        .replace("<~", "<bpmn:")
        .replace("</~", "</bpmn:")
    )


def node(tag, key, inside="", **attributes):
    written = "".join(f' {name.replace("__", ":")}="{value}"' for name, value in attributes.items())
    named = f' id="{key}"' if key else ""
    return f"<~{tag}{named}{written}>{inside}</~{tag}>"


def flow(source, target, condition=None):
    inside = f"<~conditionExpression>{condition}</~conditionExpression>" if condition else ""
    return node("sequenceFlow", f"{source}-{target}", inside, sourceRef=source, targetRef=target)


def chain(*keys):
    return "".join(flow(*pair) for pair in pairwise(keys))


def straight(*nodes):
    """Put nodes in a row between a start and an end."""
    keys = [text.split('id="')[1].split('"')[0] for text in nodes]
    ends = node("startEvent", "start") + node("endEvent", "end")
    return ends + "".join(nodes) + chain("start", *keys, "end")


def person(**attributes):
    """Write a user task that the catalogue accepts."""
    known = {"camunda__candidateGroups": "office", "camunda__formKey": "plan"}
    return node("userTask", "u", **(known | attributes))


def properties_of(**values):
    """Write what an element says of itself."""
    written = "".join(
        f'<camunda:property name="{name}" value="{value}" />' for name, value in values.items()
    )
    return node("extensionElements", "", f"<camunda:properties>{written}</camunda:properties>")


def service(topic, **params):
    """Write a service task with the topic for its id, or ``s`` if it has parameters."""
    key = topic if topic in ("b", "anything") else "s"
    return node("serviceTask", key, properties_of(**params), camunda__topic=topic)


def on_boundary(definition, inside="", host=None, **attributes):
    """Put a boundary event on a task."""
    host = host or node("userTask", "work")
    key = host.split('id="')[1].split('"')[0]
    event = f"<~{definition}>{inside}</~{definition}>"
    return (
        straight(host)
        + node("boundaryEvent", "late", event, attachedToRef=key, **attributes)
        + node("endEvent", "late_end")
        + flow("late", "late_end")
    )


def looped(inside, tag="userTask"):
    return straight(node(tag, "work", inside))


def split(kind, *conditions, tail="", **attributes):
    """Put a gateway that splits to one end for each condition."""
    ends = "".join(
        node("endEvent", f"end{i}") + flow("split", f"end{i}", condition)
        for i, condition in enumerate(conditions)
    )
    head = node("startEvent", "start") + node(kind, "split", **attributes) + flow("start", "split")
    return head + ends + tail


def event_sub_process(definition, **start):
    inner = (
        node("startEvent", "when", f"<~{definition} />", **start)
        + node("endEvent", "then")
        + flow("when", "then")
    )
    return straight(node("userTask", "work")) + node(
        "subProcess", "aside", inner, triggeredByEvent="true"
    )


def nested(depth):
    body = straight()
    for level in reversed(range(depth)):
        inner = body.replace('"start"', f'"start{level}"').replace('"end"', f'"end{level}"')
        body = straight(node("subProcess", f"s{level}", inner))
    return body


def timed(tag, text):
    return f"<~{tag}>{text}</~{tag}>"
