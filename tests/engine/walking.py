"""Random walks: pick something that waits, do it, and see whether all agree on what waits then."""

import ast
import random
from collections import Counter
from itertools import product
from pathlib import Path

from lxml import etree

from app import engine
from app.engine.expressions import ExpressionError, compile_expression
from app.engine.importing import mend
from app.engine.parsing import bpmn, parse_xml
from app.engine.scripting import Script
from app.engine.timers import compile_timer

ROOT = Path(__file__).resolve().parents[2]
CANDIDATES = ("2026-05-01", 3, "every(months(1))")


class Walked:
    """A diagram made fit for walking: what its conditions and timers read can be made up."""

    def __init__(self, text):
        root = parse_xml(text)
        self.key = next(p.get("id") for p in root if p.get("isExecutable") == "true")
        for task in root.iter(bpmn("businessRuleTask")):
            task.tag = bpmn("scriptTask")
            etree.SubElement(task, bpmn("script")).text = "decided = true"
        for condition in root.iter(bpmn("conditionExpression")):
            condition.text = compile_expression(condition.text).text
        self.text = etree.tostring(root, encoding="unicode")
        mend(root)
        self.mended = root
        self.choices = choices(root)
        self.variables = {name: values[0] for name, values in self.choices.items()}
        for element in root.iter(*map(bpmn, ("timeDate", "timeDuration", "timeCycle"))):
            is_cycle = element.tag == bpmn("timeCycle")
            self.variables |= fitting(element.text, self.variables, is_cycle)
        for name in names_of_scripts(root):
            self.variables.setdefault(name, 1)
        for name in names_of_settings(root):
            self.variables.setdefault(name, "someone")
        self.diagram = engine.compile(engine.Source(self.key, self.text))


def choices(root):
    """Return the values worth trying for each variable that a condition reads."""
    found = {}
    for condition in root.iter(bpmn("conditionExpression")):
        tree = ast.parse(condition.text, mode="eval")
        literals = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
        for name in compile_expression(condition.text).names:
            found.setdefault(name, []).extend(literals)
    return {name: worth_trying(values) for name, values in sorted(found.items())}


def worth_trying(literals):
    if any(type(value) is int for value in literals):
        return sorted({0, 1, 2, 3, *literals}, key=repr)
    if any(isinstance(value, str) for value in literals):
        return sorted({"other", *literals}, key=repr)
    return [False, True]


def fitting(body, variables, is_cycle):
    """Return values under which the timer body means something."""
    timer = compile_timer(body)
    names = sorted(timer.names - variables.keys())
    for values in product(CANDIDATES, repeat=len(names)):
        guess = dict(zip(names, values, strict=True))
        try:
            if timer.evaluate({**variables, **guess}).is_cycle == is_cycle:
                return guess
        except ExpressionError:
            continue
    raise AssertionError(f"no value makes {body} a rule")


def names_of_scripts(root):
    for script in root.iter(bpmn("script")):
        for _, expression in Script(script.text).lines:
            yield from expression.names


def names_of_settings(root):
    for element in root.iter():
        for value in [*element.attrib.values()] if isinstance(element.tag, str) else ():
            if value.startswith("${"):
                yield from compile_expression(value).names


class Rows:
    """What a service keeps of a process: made to agree with each step, never asked for anew."""

    def __init__(self, walked):
        self.diagram = walked.diagram
        self.tasks, self.timers, self.passed = {}, {}, Counter()
        self.take(engine.start(self.diagram, walked.variables))

    def take(self, step):
        for number in step.closed:
            del self.tasks[number]
        for number in step.disarmed:
            del self.timers[number]
        self.tasks |= {task.id: task.key for task in step.opened}
        self.timers |= {timer.id: timer.key for timer in step.armed}
        self.passed.update(step.passed)
        self.state, self.finished = step.state, step.finished

    def complete(self, number, variables):
        self.take(engine.complete(self.diagram, self.state, number, variables))

    def fire(self, number):
        self.take(engine.fire(self.diagram, self.state, number))

    def check(self):
        now = engine.waiting(self.diagram, self.state)
        assert {task.id: task.key for task in now.opened} == self.tasks
        assert {timer.id: timer.key for timer in now.armed} == self.timers
        assert now.finished == self.finished


def moves(rows):
    """Return every possible move: verb, number, element, and which of those with this element."""
    for verb, waiting in (("complete", rows.tasks), ("fire", rows.timers)):
        seen = Counter()
        for number, key in sorted(waiting.items()):
            yield verb, number, key, seen[key]
            seen[key] += 1


def walk(walked, judge, *, seed, steps):
    """Move rows and judge alike until the process ends; return the number of steps.

    *judge* begins a run and returns an object with the ids of elements in ``tasks``, ``timers``
    and ``passed``, with ``finished``, ``complete(key, nth, variables)`` and ``fire(key, nth)``.
    """
    chance = random.Random(seed)
    rows, other = Rows(walked), judge(walked)
    for done in range(steps):
        rows.check()
        assert sorted(rows.tasks.values()) == sorted(other.tasks)
        assert sorted(rows.timers.values()) == sorted(other.timers)
        assert rows.finished == other.finished
        assert rows.passed == other.passed
        if rows.finished:
            return done
        # People do more than clocks, or no walk would get far.
        weighed = [(move, 4 if move[0] == "complete" else 1) for move in moves(rows)]
        ((verb, number, key, nth),) = chance.choices(*zip(*weighed, strict=True))
        if verb == "complete":
            answers = {name: chance.choice(values) for name, values in walked.choices.items()}
            rows.complete(number, answers)
            other.complete(key, nth, answers)
        else:
            rows.fire(number)
            other.fire(key, nth)
    return steps
