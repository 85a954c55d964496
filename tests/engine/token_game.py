"""A small token game played on the XML alone: the independent judge of the engine's walks.

It knows nothing of SpiffWorkflow and shares only the expression language with the engine.
"""

from collections import Counter
from itertools import count

from app.engine.expressions import compile_expression
from app.engine.parsing import BPMN, parse_xml
from app.engine.timers import compile_timer

PEOPLE = ("userTask", "manualTask", "task")
SUB_PROCESS = "subProcess"


def tag(element):
    return element.tag.removeprefix(f"{{{BPMN}}}") if isinstance(element.tag, str) else ""


def sub(element, name):
    return next((each for each in element.iter(f"{{{BPMN}}}{name}")), None)


class Scope:
    """A process or sub-process: what flows where."""

    def __init__(self, element):
        children = [child for child in element if tag(child)]
        self.nodes = {child.get("id"): child for child in children}
        self.out, self.into, self.boundary = {}, Counter(), {}
        for child in children:
            if tag(child) == "sequenceFlow":
                self.out.setdefault(child.get("sourceRef"), []).append(child)
                self.into[child.get("targetRef")] += 1
            elif tag(child) == "boundaryEvent":
                self.boundary.setdefault(child.get("attachedToRef"), []).append(child)
        self.start = next(child for child in children if tag(child) == "startEvent")


class Run:
    """One run of a scope: its tokens at rest, and those that wait at joins."""

    def __init__(self, game, scope, host=None):
        self.game, self.scope, self.host = game, scope, host
        self.places, self.joins = {}, Counter()
        self.timers = {}
        self.is_over = False

    # A place is a token at rest: number → node. A timer is number → (event, place it sits on).

    def leave(self, node):
        self.game.passed[node.get("id")] += 1
        kind, flows = tag(node), self.scope.out.get(node.get("id"), [])
        if kind == "exclusiveGateway" and len(flows) > 1:
            flows = [self.choose(node, flows)]
        for flow in flows:
            self.game.todo.append((self, flow))

    def choose(self, node, flows):
        for flow in flows:
            condition = sub(flow, "conditionExpression")
            if condition is None or flow.get("id") == node.get("default"):
                continue
            if compile_expression(condition.text).evaluate(self.game.variables):
                return flow
        return next(flow for flow in flows if flow.get("id") == node.get("default"))

    def arrive(self, flow):
        node = self.scope.nodes[flow.get("targetRef")]
        if tag(node) == "parallelGateway" and self.scope.into[node.get("id")] > 1:
            self.joins[node.get("id"), flow.get("id")] += 1
            flows = [key for key in self.joins if key[0] == node.get("id") and self.joins[key]]
            if len(flows) < self.scope.into[node.get("id")]:
                return
            for key in flows:
                self.joins[key] -= 1
        self.enter(node)

    def enter(self, node):
        kind = tag(node)
        if kind in PEOPLE or kind == SUB_PROCESS:
            number = self.place(node)
            for event in self.scope.boundary.get(node.get("id"), []):
                self.timers[next(self.game.numbers)] = (event, number)
            if kind == SUB_PROCESS:
                self.game.begin(Scope(node), (self, number))
        elif kind == "intermediateCatchEvent":
            self.timers[next(self.game.numbers)] = (node, self.place(node))
        elif kind == "eventBasedGateway":
            self.game.passed[node.get("id")] += 1
            number = self.place(node)
            for flow in self.scope.out[node.get("id")]:
                event = self.scope.nodes[flow.get("targetRef")]
                self.timers[next(self.game.numbers)] = (event, number)
        else:
            self.pass_through(kind, node)

    def pass_through(self, kind, node):
        if kind == "scriptTask":
            for line in sub(node, "script").text.strip().splitlines():
                name, _, text = line.partition("=")
                value = compile_expression(text.strip()).evaluate(self.game.variables)
                self.game.variables[name.strip()] = value
        self.leave(node)
        if kind == "endEvent" and sub(node, "terminateEventDefinition") is not None:
            self.end()

    def place(self, node):
        number = next(self.game.numbers)
        self.places[number] = node
        return number

    def vacate(self, number):
        self.timers = {key: timer for key, timer in self.timers.items() if timer[1] != number}
        for run in self.game.runs:
            if run.host == (self, number):
                run.abandon()
        return self.places.pop(number)

    def complete(self, number):
        self.leave(self.vacate(number))

    def fire(self, number):
        event, place = self.timers[number]
        is_boundary = tag(event) == "boundaryEvent"
        if not is_boundary or event.get("cancelActivity") != "false":
            self.vacate(place)
        elif not self.repeats(event):
            del self.timers[number]
        self.leave(event)

    def repeats(self, event):
        body = sub(event, "timeCycle")
        return body is not None and compile_timer(body.text).evaluate(self.game.variables).is_cycle

    def abandon(self):
        for number in list(self.places):
            self.vacate(number)
        self.joins.clear()
        self.is_over = True

    def end(self):
        self.abandon()
        if self.host is not None:
            run, number = self.host
            run.complete(number)


class Game:
    def __init__(self, text, key, variables):
        self.variables = dict(variables)
        self.numbers, self.runs, self.todo, self.passed = count(1), [], [], Counter()
        process = next(p for p in parse_xml(text) if p.get("id") == key)
        self.begin(Scope(process))
        self.settle()

    def begin(self, scope, host=None):
        run = Run(self, scope, host)
        self.runs.append(run)
        run.enter(scope.start)

    def settle(self):
        while True:
            while self.todo:
                run, flow = self.todo.pop(0)
                if not run.is_over:
                    run.arrive(flow)
            rested = [r for r in self.runs if not r.is_over and not r.places and not +r.joins]
            if not rested:
                return
            rested[-1].end()

    def at(self, kind):
        """Return number → (run, node's id) of what waits for people, or for clocks."""
        found = {}
        for run in self.runs:
            if kind == "people":
                places = {n: p for n, p in run.places.items() if tag(p) in PEOPLE}
            else:
                places = {number: event for number, (event, _) in run.timers.items()}
            found |= {number: (run, node.get("id")) for number, node in places.items()}
        return dict(sorted(found.items()))

    def complete(self, number, variables):
        run, _ = self.at("people")[number]
        self.variables.update(variables)
        run.complete(number)
        self.settle()

    def fire(self, number):
        run, _ = self.at("clocks")[number]
        run.fire(number)
        self.settle()

    @property
    def finished(self):
        return all(run.is_over for run in self.runs)
