"""What people type into forms: what a page shows first, what is usual, and what the story says.

The outcome goes through the form's own schema, exactly as a page's would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from io import BytesIO
from typing import Any

from app import forms
from app.clock import today
from app.demo.photographs import photograph
from app.demo.stories import Step, Story
from app.domain.case import Case
from app.domain.people import Actor
from app.domain.process import Task
from app.domain.vocabulary import Severity
from app.services import dossier, evidence

Answers = dict[str, Any]
#: Categories whose report must hold photographs from before and after.
_PICTURED = frozenset({"C04", "C05", "C07"})
#: Categories whose plan must hold a plan for emergencies.
_DANGEROUS = frozenset({"C04", "C05"})
_EMERGENCY = (
    "一、值班领导任现场指挥，先疏散、救治师生，再报警（110、119、120）。\n"
    "二、15分钟内电话报告教育局和属地政府，1小时内书面报告。\n"
    "三、安全办保护现场、清点人数，班主任联系家长，心理教师跟进。\n"
    "四、事后三日内查明原因，举一反三，修订本预案。\n"
)
_CHECKS = ("measures", "penalty", "standard", "like_problems", "mechanism", "evidence", "public")


def answers_for(task: Task, actor: Actor, story: Story, step: Step) -> Answers:
    """Return the checked answers with which *actor* completes *task*.

    Raises:
        Invalid: the story says something that its form doesn't take.
    """
    form = dossier.form_of(task)
    setting = forms.setting_for(task, actor)
    usual = _USUAL.get(task.form_key or "", _nothing)(_Scene(task, actor, story, step))
    data = {**_prefilled(forms.view_of(form, setting).fields), **usual, **step.answers}
    return forms.answers_of(form, _plain(data), setting)


def filed_with(form: Mapping[str, Any], case: Case, actor: Actor, step: Step) -> Answers:
    """Return the checked answers with which *actor* asks for a change, or objects."""
    data = dict(step.answers)
    setting = forms.setting_about(case, actor, kind=data.pop("kind", ""))
    return forms.answers_of(form, data, setting)


class _Scene:
    """Who answers what, and in which story."""

    def __init__(self, task: Task, actor: Actor, story: Story, step: Step) -> None:
        assert task.case is not None  # noqa: S101 - every story is about a case
        self.case: Case = task.case
        self.actor, self.story, self.step = actor, story, step

    def photographs(self, *subjects: str) -> list[int]:
        """Take pictures; return their ids."""
        names = [f"{self.case.number}-{today()}-{subject}（示意图）.png" for subject in subjects]
        return [evidence.store(photograph(name), name, self.actor).id for name in names]

    def emergency_plan(self) -> int:
        """Write down what to do in an emergency; return the file's id."""
        unit = self.case.lead_unit.name
        text = f"{unit}应急预案\n\n针对问题：{self.case.problem}\n\n{_EMERGENCY}"
        return evidence.store(BytesIO(text.encode()), f"{unit}应急预案.txt", self.actor).id


def _prefilled(fields: Iterable[forms.FieldView]) -> Answers:
    return {item.name: item.value for item in _flat(fields) if item.value is not None and item.name}


def _flat(fields: Iterable[forms.FieldView]) -> Iterator[forms.FieldView]:
    for item in fields:
        yield item
        yield from _flat(item.children)


def _plain(data: Mapping[str, Any]) -> Answers:
    """Leave out the story's shorthands, which are no fields of any form."""
    return {key: value for key, value in data.items() if key != "shares"}


def _nothing(scene: _Scene) -> Answers:
    return {}


def _plan(scene: _Scene) -> Answers:
    plan = scene.story.facts["plan"]
    columns = ("text", "owner", "starts_on", "ends_on", "weight", "fund")
    measures = [dict(zip(columns, row, strict=False)) for row in plan["measures"]]
    answers = {**plan, "measures": measures}
    if scene.case.category.value in _DANGEROUS:
        answers["emergency_plan"] = [scene.emergency_plan()]
    return answers


def _sign(scene: _Scene) -> Answers:
    return {"signed": "yes"}


def _review(scene: _Scene) -> Answers:
    return {"passed": "yes"}


def _approve_plan(scene: _Scene) -> Answers:
    return {"passed": "yes", "key_item": scene.case.severity is Severity.MAJOR}


def _rectify(scene: _Scene) -> Answers:
    """Fill in a report, or else the progress; a report repeats its text as the progress."""
    answers, shares = scene.step.answers, scene.step.answers.get("shares", ())
    usual: Answers = {
        "next_step": "progress",
        "measure_progress": [
            {"measure": str(n), "percent": share} for n, share in enumerate(shares, start=1)
        ],
    }
    if "report" not in answers:
        return usual
    usual |= {"next_step": "report", "percent": 100, "conclusion": "done"}
    usual["progress"] = answers["report"]
    usual["publication"] = "本单位公示栏、官方网站"
    if scene.case.category.value in _PICTURED:
        usual["photos_before"] = scene.photographs("整改前")
        usual["photos_after"] = scene.photographs("整改后")
    return usual


def _sign_report(scene: _Scene) -> Answers:
    return {"signed": "yes", "truthful": True}


def _first_review(scene: _Scene) -> Answers:
    return {"passed": "yes", "opinion": "整改措施已落实，佐证材料齐全，同意报督导办核查。"}


def _dispatch(scene: _Scene) -> Answers:
    names = scene.step.answers.get("verifiers") or scene.story.facts["verifiers"]
    return {"verify_method": "on_site", "verifiers": names, "lead_verifier": names[0]}


def _verify(scene: _Scene) -> Answers:
    method = dossier.verifications_of(scene.case)[0].method
    checks = {f"check_{one}": "yes" for one in _CHECKS}
    place = scene.case.unit.name
    answers: Answers = {"place": place, "method": method, "result": "r1", **checks}
    if method != "written":
        answers["photos"] = scene.photographs("核查现场1", "核查现场2")
    return answers


def _public_notice(scene: _Scene) -> Answers:
    case = scene.case
    content = (
        f"现将{case.lead_unit.name}问题整改情况公示如下。\n"
        f"一、反馈问题（{case.number}）：{case.problem}\n"
        f"二、整改结果：{scene.story.facts['outcome']}\n"
        "三、经核查，该问题已整改到位，拟予销号。公示期5个工作日，如有异议，"
        "请在公示期内向青岚县教育督导办公室书面反映。"
    )
    return {"content": content, "channel": "县政府门户网站、学校公示栏"}


def _approve(scene: _Scene) -> Answers:
    return {"approved": "yes", "opinion": "整改到位，程序完备，同意销号。请责任单位巩固整改成果。"}


def _letter(scene: _Scene) -> Answers:
    serious = scene.case.severity is Severity.MAJOR
    return {
        "decision": "send",
        "kind": "on_site" if serious else "ordinary",
        "new_due": (today() + timedelta(days=15)).isoformat(),
    }


def _check(scene: _Scene) -> Answers:
    return {"method": "unannounced", "photos": scene.photographs("复查现场1", "复查现场2")}


def _grant(scene: _Scene) -> Answers:
    return {"granted": "yes", "opinion": "情况属实，同意。"}


_USUAL: dict[str, Callable[[_Scene], Answers]] = {
    "plan": _plan,
    "sign": _sign,
    "review": _review,
    "approve_plan": _approve_plan,
    "rectify": _rectify,
    "sign_report": _sign_report,
    "first_review": _first_review,
    "dispatch": _dispatch,
    "verify": _verify,
    "public_notice": _public_notice,
    "approve": _approve,
    "expediting_letter": _letter,
    "follow_up_check": _check,
    "decide_change": _grant,
}
