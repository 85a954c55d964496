"""Small processes for tests, sketched in a few words and run by the ids of their elements.

``sketch(user("a"), path("start", "a", "end"))`` is a diagram, ``Case(sketch(...))`` a running one.
"""

from itertools import pairwise

from app import engine

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="t" id="definitions">'
)
ENDS = (("startEvent", "start"), ("endEvent", "end"))


def sketch(*parts, key="p", shared="", called=(), decisions=()):
    """Return the source of a diagram with one process; start and end need not be given."""
    body = "".join(parts)
    ends = "".join(_unless(body, *end) for end in ENDS)
    xml = f'{HEAD}{shared}<bpmn:process id="{key}" isExecutable="true">{ends}{body}</bpmn:process>'
    return engine.Source(key, xml + "</bpmn:definitions>", dict(decisions), dict(called))


def node(tag, key, /, *inside, **settings):
    """Return an element; settings with an underscore in front are Camunda's."""
    text = "".join(
        f' {"camunda:" + name[1:] if name.startswith("_") else name}="{value}"'
        for name, value in settings.items()
    )
    return f'<bpmn:{tag} id="{key}"{text}>{"".join(inside)}</bpmn:{tag}>'


def user(key, /, *inside, **settings):
    return node("userTask", key, *inside, **settings)


def effect(key, /, **params):
    """Return a service task whose topic is its id."""
    return node("serviceTask", key, properties(**params), _topic=key)


def properties(**values):
    each = "".join(
        f'<camunda:property name="{name}" value="{value}"/>' for name, value in values.items()
    )
    inside = f"<camunda:properties>{each}</camunda:properties>"
    return f"<bpmn:extensionElements>{inside}</bpmn:extensionElements>"


def script(key, text):
    return node("scriptTask", key, f"<bpmn:script>{text}</bpmn:script>")


def xor(key, default):
    return node("exclusiveGateway", key, default=default)


def timer(rule, kind="timeDuration"):
    return (
        f"<bpmn:timerEventDefinition><bpmn:{kind}>{rule}</bpmn:{kind}></bpmn:timerEventDefinition>"
    )


def event(kind, key=None):
    """Return the definition of a message, signal, error … event."""
    reference = f' {kind}Ref="{key}"' if key else ""
    return f"<bpmn:{kind}EventDefinition{reference}/>"


def boundary(key, host, definition, cancel=True):
    settings = {"attachedToRef": host, "cancelActivity": str(cancel).lower()}
    return node("boundaryEvent", key, definition, **settings)


def inner(key, /, *parts, tag="subProcess", **settings):
    """Return a sub-process; its start and end are named after it if they are not given."""
    body = "".join(parts)
    start = "" if f'"{key}_start"' not in body else _unless(body, "startEvent", f"{key}_start")
    return node(tag, key, start, _unless(body, "endEvent", f"{key}_end"), body, **settings)


def _unless(body, tag, key):
    return "" if f'id="{key}"' in body else node(tag, key)


def path(*keys, when=None, flow=None):
    """Return the flows along a path; *when* is the condition of the first, *flow* its id."""
    flows = []
    for source, target in pairwise(keys):
        text = when and not flows
        inside = f"<bpmn:conditionExpression>{when}</bpmn:conditionExpression>" if text else ""
        key = flow if flow and not flows else f"{source}-{target}"
        flows.append(node("sequenceFlow", key, inside, sourceRef=source, targetRef=target))
    return "".join(flows)


class Case:
    """A running process, handled by the ids of elements."""

    def __init__(self, source, **variables):
        self.diagram = engine.compile(source)
        self.effects, self.passed, self.sent = [], [], []
        self._take(engine.start(self.diagram, variables))

    def _take(self, step):
        self.step, self.state, self.finished = step, step.state, step.finished
        self.effects += step.effects
        self.passed += step.passed
        self.sent += step.sent
        now = engine.waiting(self.diagram, self.state)
        self.tasks = [task.key for task in now.opened]
        self.timers = [timer.key for timer in now.armed]
        self.ids = {each.key: each.id for each in reversed([*now.opened, *now.armed])}
        assert now.finished == step.finished

    def complete(self, key, **variables):
        self._take(engine.complete(self.diagram, self.state, self.ids[key], variables))
        return self

    def fire(self, key):
        self._take(engine.fire(self.diagram, self.state, self.ids[key]))
        return self

    def send(self, message, **variables):
        self._take(engine.send(self.diagram, self.state, message, variables))
        return self
