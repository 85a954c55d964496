"""What the service tasks of a diagram come to in a play: lines of the timeline, nothing else.

Each follows the effect of the same name; one that is not here is told by its label alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.clock import local_date
from app.domain.deadlines import due
from app.domain.design_terms import LineKind
from app.domain.errors import WrongStage
from app.domain.numbering import LETTER_PREFIX
from app.domain.rules import Anchor, Rule, Span, Unit
from app.domain.vocabulary import LetterState, Mode, Role, Rung
from app.engine import Effect
from app.services import _change_requests, _objections
from app.services._catalogue import EFFECTS
from app.services._effects import FOR_A_DATE
from app.services.design._paper import Paper, advice_facts

Params = Mapping[str, Any]
_LINES: dict[str, Callable[[Paper, str, Params], None]] = {}


def happen(paper: Paper, effect: Effect) -> None:
    """Let an effect happen on paper; raises what the case itself refuses."""
    act = _LINES.get(effect.topic)
    entry = EFFECTS.get(effect.topic)
    if effect.topic not in _SPEAKING:
        label = entry.label if entry else effect.topic
        paper.note(
            LineKind.EFFECT,
            effect.key,
            what=effect.topic,
            label=label,
            params={name: str(value) for name, value in effect.params.items()},
        )
    if act is not None:
        act(paper, effect.key, effect.params)


def _on_paper(topic: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    def enter(function: Callable[..., None]) -> Callable[..., None]:
        _LINES[topic] = function
        return function

    return enter


#: Effects that are nothing but the notice, the letter or the light of their own line.
_SPEAKING = frozenset({"remind", "notify", "update_light", "start_expediting"})


@_on_paper("deem_served")
def _deem_served(paper: Paper, element: str, params: Params) -> None:
    if paper.case is not None:
        paper.case.acknowledge(paper.at)


@_on_paper("deem_letter_served")
def _deem_letter_served(paper: Paper, element: str, params: Params) -> None:
    if paper.letter is not None:
        paper.letter.served_at = paper.at


@_on_paper("remind")
def _remind(paper: Paper, element: str, params: Params) -> None:
    roles = [Role(role.strip()) for role in str(params["to"]).split(",")]
    paper.tell(element, params["notice"], roles, of=local_date(paper.at).isoformat())


@_on_paper("notify")
def _notify(paper: Paper, element: str, params: Params) -> None:
    roles = [Role(role.strip()) for role in str(params["to"]).split(",")]
    of, text = f"{element}:{local_date(paper.at).isoformat()}", str(params["text"])
    paper.tell(element, "notify", roles, of=of, text=text)


@_on_paper("update_light")
def _update_light(paper: Paper, element: str, params: Params) -> None:
    if paper.case is None:
        return
    before = paper.case.light
    paper.look_at_light()
    after = paper.case.light
    if after is not before:
        paper.note(LineKind.LIGHT, element, before=str(before), after=str(after))
        roles = [Role.UNIT_OWNER, Role.UNIT_HEAD, Role.OFFICE]
        paper.tell(element, "light_changed", roles, of=after, light=str(after))


@_on_paper("start_expediting")
def _start_expediting(paper: Paper, element: str, params: Params) -> None:
    reason, case = params["reason"], paper.case
    for_a_date = case is not None and reason in FOR_A_DATE
    missed = f"{case.cycle}:{case.due_on}" if case is not None else ""
    if for_a_date and not paper.once("letter", reason, missed):
        return
    paper.note(LineKind.LETTER, element, act="drafted", reason=reason)


@_on_paper("record_clue")
def _record_clue(paper: Paper, element: str, params: Params) -> None:
    kind = params["kind"]
    paper.tell(element, "clue_recorded", [Role.OFFICE_HEAD, Role.CHIEF], of=kind, kind=kind)


@_on_paper("close_out")
def _close_out(paper: Paper, element: str, params: Params) -> None:
    if paper.case is not None:
        paper.case.close_out(paper.at)
    paper.tell(element, "closed_out", [Role.UNIT_CLERK, Role.UNIT_HEAD, Role.DEPARTMENT])


@_on_paper("issue_letter")
def _issue_letter(paper: Paper, element: str, params: Params) -> None:
    if paper.letter is None or paper.case is None:
        return
    on = local_date(paper.at)
    paper.numbers += 1
    number = f"{LETTER_PREFIX}〔{on.year}〕{paper.numbers}号"
    paper.letter.issue(number, on)
    paper.case.escalate(Rung.EXPEDITING_LETTER)
    paper.note(LineKind.LETTER, element, act="issued", number=number)
    roles = [Role.UNIT_CLERK, Role.UNIT_OWNER, Role.UNIT_HEAD, Role.DEPARTMENT]
    paper.tell(element, "letter_issued", roles, of=number, letter=number)


@_on_paper("settle_letter")
def _settle_letter(paper: Paper, element: str, params: Params) -> None:
    skipped = params["outcome"] == "skipped"
    if paper.letter is not None:
        paper.letter.state = LetterState.SKIPPED if skipped else LetterState.SETTLED
    paper.note(LineKind.LETTER, element, act="skipped" if skipped else "settled")


@_on_paper("settle_follow_up")
def _settle_follow_up(paper: Paper, element: str, params: Params) -> None:
    if paper.case is not None:
        paper.case.settle_follow_up(paper.at)


@_on_paper("relapse")
def _relapse(paper: Paper, element: str, params: Params) -> None:
    case, table = paper.case, paper.decisions.get("time_limit")
    if case is None:
        return
    if table is None:
        raise WrongStage("没有决策表“整改方式与时限”，不能重新立案。")
    advised = table.evaluate(advice_facts(case, relapse=True))
    rule = Rule(Anchor.AFTER, Span(Unit.DAYS, int(advised["days"])))
    moment = due(rule, paper.at, paper.world.calendar)
    case.relapse(paper.at, local_date(paper.at), mode=Mode(advised["mode"]), due=moment)
    paper.note(LineKind.LETTER, element, act="drafted", reason="relapse")


@_on_paper("grant_change")
def _grant_change(paper: Paper, element: str, params: Params) -> None:
    paper.tell(element, f"{paper.kind_of_change or 'change'}_granted", list(_change_requests.TOLD))


@_on_paper("refuse_change")
def _refuse_change(paper: Paper, element: str, params: Params) -> None:
    paper.tell(element, "change_refused", list(_change_requests.TOLD))


@_on_paper("withdraw_change")
def _withdraw_change(paper: Paper, element: str, params: Params) -> None:
    paper.tell(element, "change_withdrawn", list(_change_requests.TOLD))


@_on_paper("settle_objection")
def _settle_objection(paper: Paper, element: str, params: Params) -> None:
    roles = list(_objections.TOLD)
    paper.tell(element, "objection_settled", roles, outcome=str(params["outcome"]))


@_on_paper("withdraw_objection")
def _withdraw_objection(paper: Paper, element: str, params: Params) -> None:
    paper.tell(element, "objection_withdrawn", list(_objections.TOLD))
