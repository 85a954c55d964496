"""The law about the road of a case: what must have happened before it is closed out or published.

These rules look at drawings whose processes are about a case. Errors are plain breaches of a
regulation, which no county may publish; what may be meant so is a warning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from app.domain.errors import Listing, Sentence
from app.engine.linting.meanings import PERSONAL, law_of, steps_that, verifications
from app.engine.linting.model import GATEWAYS, Model, Node, setting
from app.engine.linting.outcomes import Answer, Answers
from app.engine.linting.registry import Found, rule
from app.engine.linting.ways import Walk, affordable, interrupts, walk_around
from app.engine.step import Meaning

#: Whether a result, and where it leads, breaks a rule.
Breaks = Callable[[Answers, Walk, Answer], bool]

#: Of a way that is told: more steps are left out in its middle.
_MOST_STEPS = 8
#: Of one rule: the rest shows when these are mended.
_MOST_WAYS = 20


@rule(
    "law/no_report",
    "有一条路不经整改情况报告就到“%(name)s”：%(way)s。请在这条路上加上单位报结。",
    why="《教育督导条例》第二十二条第一款：被督导单位应当将整改情况报告教育督导机构。",
)
def close_outs_without_report(model: Model) -> Iterator[Found]:
    """Find the ways round every report; an error: the regulation leaves no choice."""
    yield from _avoiding(model, Meaning.REPORT, Meaning.CLOSE_OUT)


@rule(
    "law/no_verification",
    "有一条路不经核查就到“%(name)s”：%(way)s。请在这条路上加上核查。",
    why="《教育督导条例》第二十二条第二款：教育督导机构应当对被督导单位的整改情况进行核查。",
)
def close_outs_without_verification(model: Model) -> Iterator[Found]:
    """Find the ways round every verification; an error: the regulation leaves no choice."""
    yield from _avoiding(model, Meaning.VERIFICATION, Meaning.CLOSE_OUT)


@rule(
    "law/unreviewed_publication",
    "有一条路未经审核就到“%(name)s”：%(way)s。请先审核，再公开。",
    why="《政府信息公开条例》第十七条第二款：行政机关应当对拟公开的政府信息进行审查。",
)
def unreviewed_publications(model: Model) -> Iterator[Found]:
    """Find the ways to a publication round every review; an error: what is out stays out."""
    yield from _avoiding(model, Meaning.REVIEW, Meaning.PUBLICATION)


def _avoiding(model: Model, needed: Meaning, goal: Meaning) -> Iterator[Found]:
    goals = steps_that(model, goal)
    if not goals:
        return
    guards = steps_that(model, needed)
    walk = walk_around(model, lambda node: node in guards)
    found = (node for node in model.nodes if node in goals and node in walk.reached)
    for node in islice(found, _MOST_WAYS):
        yield node, {"name": node.name, "way": _told(walk.way_to(node))}


def _told(way: list[Node]) -> str:
    """Tell a way by the names that people gave to its steps; gateways are but turnings."""
    steps = [node for node in way if node.kind not in GATEWAYS]
    names = [node.name for node in steps if node.element.get("name")]
    if len(names) > _MOST_STEPS:
        half = _MOST_STEPS // 2
        names = [*names[:half], "…", *names[-half:]]
    return " → ".join(names)


@rule(
    "law/unfinished_closed",
    "“%(name)s”的结论为“%(values)s”时，不再次核查也能走到销号。请退回整改并重新核查。",
    why="《教育督导条例》第二十二条：整改情况须经核查；没有整改到位就销号，问题仍在却不再有人管。",
)
def unfinished_cases_closed(model: Model) -> Iterator[Found]:
    """Find results of 未整改 that lead to close-out; an error, as no verification found it done."""
    goals = steps_that(model, Meaning.CLOSE_OUT)
    yield from _unfinished(model, lambda _, walk, __: bool(goals & walk.reached.keys()))


@rule(
    "law/no_way_on",
    "“%(name)s”的结论为“%(values)s”时，之后没有人接手。请画出退回整改的去路。",
    why="《教育督导条例》第二十一条第二款：对存在的问题应当提出限期整改要求；无人接手，要求就落空。",
)
def verifications_without_way_on(model: Model) -> Iterator[Found]:
    """Find results of 未整改 that stop at a gateway or come to nobody; an error: work is lost."""
    yield from _unfinished(model, _is_lost)


def _is_lost(answers: Answers, walk: Walk, answer: Answer) -> bool:
    return bool(answers.stuck(walk, answer)) or not any(
        node.kind in PERSONAL for node in walk.reached
    )


def _unfinished(model: Model, breaks: Breaks) -> Iterator[Found]:
    """Yield the verifications some of whose results of 未整改 break a rule."""
    law, found = law_of(model), dict[Node, list[Sentence]]()
    if law is None:
        return
    answers, unfinished = Answers(model), law.unfinished
    for node, answer, label in answers.of(
        verifications(model), lambda _, value: value in unfinished
    ):
        if breaks(answers, answers.walk(node, answer), answer):
            found.setdefault(node, []).append(Sentence(label))
    for node, labels in found.items():
        yield node, {"name": node.name, "values": Listing(labels)}


@rule(
    "law/lost_work",
    "“%(name)s”到期会收走正在填写的“%(task)s”，之后没有人接手。请改为非中断，或连回办理环节。",
    "warning",
    why="草稿和佐证随待办关闭，单位可能因未报告被通报批评（《教育督导条例》第二十五条第三项）。",
    fix="make_non_interrupting",
)
def lost_work(model: Model) -> Iterator[Found]:
    """Find timers that take begun work away for nothing; a warning: an office may mean it so."""
    law = law_of(model)
    if law is None:
        return
    for event, task in islice(_interrupted(model), affordable(model) // 2):
        form = setting(task.element, "formKey") or ""
        walk = Walk(patient=False).start_behind(event)
        if form in law.laborious and not any(node.kind in PERSONAL for node in walk.reached):
            yield event, {"name": event.name, "task": task.name}, _stays_aside(task, walk)


def _interrupted(model: Model) -> Iterator[tuple[Node, Node]]:
    """Yield the timers that take their activity away, and the activity."""
    for event in model.of("boundaryEvent"):
        if event.host and event.defines("timer") and interrupts(event):
            yield event, event.host


def _stays_aside(task: Node, walk: Walk) -> bool:
    """Whether what the timer leads to never comes upon the way that the task itself goes on."""
    onward = Walk(patient=False, reached=dict.fromkeys(task.boundary)).start_behind(task)
    shared = walk.reached.keys() & onward.reached.keys()
    return all(node.kind == "endEvent" for node in shared)
