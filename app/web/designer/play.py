"""试走: walking a draft or a version through its days, task by task and deadline by deadline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from flask import Response, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from app import play_texts
from app.clock import local_date, today
from app.domain.errors import Invalid, InvalidDiagram
from app.domain.vocabulary import Role
from app.engine import process_name
from app.forms import form_on_paper, parse_post, view_on_paper
from app.http import problem_of, status_of
from app.services import english
from app.services.design import beginnings, drafts, scenarios
from app.services.design.charts import messages_of
from app.services.design.played import Move, Played, Script, Sheet
from app.services.diagrams import Bundle
from app.texts import label, language, listed, say
from app.web import narrowing
from app.web.designer import plays
from app.web.designer.blueprint import bp


@dataclass(frozen=True, slots=True)
class Attempt:
    """A move that was not accepted: what was typed for which task, and what is wrong."""

    task: str
    typed: Mapping[str, Any]
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    refusal: str = ""


@bp.get("/<key>/play")
def play(key: str) -> ResponseReturnValue:
    """Show a play that has yet to begin, or that of a scenario."""
    scenario = narrowing.number("scenario")
    if scenario is None:
        return _draw(key, None)
    return _draw(key, scenarios.script_of(scenarios.get(key, scenario)))


@bp.post("/<key>/play")
def move(key: str) -> ResponseReturnValue:
    """Make the move that was asked for; what is refused comes back as it was typed."""
    act, _colon, about = request.form.get("_act", "").partition(":")
    script = plays.script_sent()
    if act == "start":
        return _start(key)
    if act == "save":
        return _save(key, script)
    if act == "goto":
        kept = int(about) if about.isdecimal() and len(about) < 10 else 0
        return _draw(key, replace(script, moves=script.moves[:kept]))
    if act == "answer":
        return _answer(key, script, about)
    return _try(key, script, _move(act, about))


def _move(act: str, about: str) -> Move:
    if act == "until":
        return {"do": "until", "day": about or request.form.get("_day", "")}
    return {"do": "send", "message": about} if act == "send" else {"do": "strike"}


def _start(key: str) -> ResponseReturnValue:
    """Begin with what was chosen; what is refused comes back as it was typed."""
    facts, wrong = _facts(beginnings.asked(_bundle(key)))
    if wrong:
        text = gettext("“%(names)s”请填 0 至 9999 的整数，或留空。", names=listed(wrong))
        return _draw(key, None, Attempt("", {}, refusal=text)), 422
    try:
        day = date.fromisoformat(request.form.get("_day", ""))
    except ValueError:
        return _draw(key, None, Attempt("", {}, refusal=gettext("请选择从哪一天开始。"))), 422
    return _draw(key, Script(plays.morning_of(day), facts))


def _facts(asked: Iterable[str]) -> tuple[dict[str, Any], list[str]]:
    """Return the facts that were chosen, and what those are called that are no numbers but must."""
    facts: dict[str, Any] = {}
    wrong: list[str] = []
    for name in asked:
        value = request.form.get(name, "").strip()
        if name in beginnings.FLAGS:
            facts[name] = name in request.form
        elif name not in beginnings.NUMBERS:
            facts |= {name: value} if value else {}
        elif value.isdecimal() and len(value) < 5:
            facts[name] = int(value)
        elif value:
            wrong.append(play_texts.fact_name(name))
    return facts, wrong


def _answer(key: str, script: Script, task: str) -> ResponseReturnValue:
    played = plays.play(_bundle(key), script)
    sheet = played.sheet(task)
    if sheet is None:
        return _draw(key, script)
    form = form_on_paper(sheet.form)
    typed = _typed(form)
    if "_add" in request.form or "_remove" in request.form:
        return _draw(key, script, Attempt(task, typed))
    shown = _without_hidden(sheet, typed)
    return _try(key, script, {"do": "answer", "task": task, "answers": shown}, typed=typed)


def _typed(form: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was typed, with a row added or removed if that was asked without JavaScript."""
    post = MultiDict(request.form)
    if removed := post.get("_remove"):
        for name in [name for name in post if name.startswith(f"{removed}.")]:
            del post[name]
    typed = parse_post(form, post)
    if (added := post.get("_add")) in typed:
        typed[added] = [*typed[added], {}]
    return typed


def _without_hidden(sheet: Sheet, typed: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what is filled in and shown, so that the script stays short."""
    hidden = set(view_on_paper(sheet, typed, language=language()).hidden)
    blank: tuple[Any, ...] = (None, "", [], False)
    return {k: v for k, v in typed.items() if k not in hidden and v not in blank}


def _try(
    key: str, script: Script, step: Move, *, typed: Mapping[str, Any] | None = None
) -> ResponseReturnValue:
    """Make one more move; one that cannot be made is not kept."""
    longer = replace(script, moves=[*script.moves, step])
    played = plays.play(_bundle(key), longer)
    fault = played.fault
    if fault is None or fault.move < len(script.moves) or step["do"] != "answer":
        refused = fault is not None and isinstance(fault.error, Invalid)
        if fault is not None and refused and fault.move == len(script.moves):
            return _draw(key, script, Attempt("", {}, refusal=say(fault.error))), 422
        return _draw(key, longer)
    errors = problem_of(fault.error).get("errors", {})
    attempt = Attempt(str(step["task"]), typed or {}, errors, "" if errors else say(fault.error))
    return _draw(key, script, attempt), status_of(fault.error)


def _save(key: str, script: Script) -> ResponseReturnValue:
    played = plays.play(_bundle(key), script)
    try:
        scenarios.save(key, request.form.get("_name", ""), script, played, g.actor)
    except Invalid as error:
        texts = [text for some in problem_of(error).get("errors", {}).values() for text in some]
        return _draw(key, script, Attempt("", {}, refusal=" ".join(texts) or say(error))), 422
    flash(gettext("已保存为方案。以后每次修改流程，都可以用它核对结果。"))
    return redirect(url_for("designer.scenarios", key=key, version=version_asked()), 303)


@bp.post("/<key>/play/hidden")
def play_hidden(key: str) -> ResponseReturnValue:
    """Say which fields the form of a played task hides, given what was typed so far."""
    task = request.form.get("_act", "").partition(":")[2] or request.form.get("_task", "")
    sheet = plays.play(_bundle(key), plays.script_sent()).sheet(task)
    if sheet is None:
        return jsonify(hidden=[])
    typed = parse_post(form_on_paper(sheet.form), MultiDict(request.form))
    return jsonify(hidden=view_on_paper(sheet, typed, language=language()).hidden)


@bp.get("/<key>/play/drawing")
def play_drawing(key: str) -> ResponseReturnValue:
    """Give out the drawing that is played, its labels in the reader's language."""
    xml = _bundle(key).xml
    body = english.drawing(xml) if language() == "en" else xml
    return Response(body, content_type="application/xml; charset=utf-8")


def version_asked() -> int | None:
    """Return which version is to be played; ``None`` for the draft."""
    return narrowing.number("version")


def _bundle(key: str) -> Bundle:
    return drafts.bundle(key, version_asked())


def surroundings(bundle: Bundle) -> dict[str, Any]:
    """Return what the pages of plays and of scenarios share."""
    key, version = bundle.key, version_asked()
    return {
        "here": "designer",
        "key": key,
        "name": process_name(bundle.xml) or key,
        "version": version,
        "draws": g.actor.has(Role.ANALYST),
        "count": len(scenarios.of(key)),
        "src": url_for("designer.play_drawing", key=key, version=version),
    }


def _draw(key: str, script: Script | None, attempt: Attempt | None = None) -> str:
    bundle = _bundle(key)
    chart = plays.chart(bundle)
    shown: dict[str, Any] = {"asked": _asked(bundle), "script": None}
    try:
        if script is not None:
            played = plays.play(bundle, script)
            shown = _shown(bundle, script, played, attempt)
    except InvalidDiagram as error:
        shown["problems"] = error.problems
    return render_template(
        "designer/play.html",
        **surroundings(bundle),
        attempt=attempt,
        start_on=today(),
        name_of=lambda element: play_texts.element_name(chart, element),
        label_of_role=lambda role: label(Role(role)) if role in list(Role) else role,
        **shown,
    )


def _asked(bundle: Bundle) -> list[dict[str, Any]]:
    """Return what may be chosen for the beginning, each with its choices."""
    return [
        {
            "name": name,
            "label": play_texts.fact_name(name),
            "kind": "flag" if name in beginnings.FLAGS else "text",
            "number": name in beginnings.NUMBERS,
            "options": [(str(one), gettext(one.label)) for one in beginnings.CHOICES.get(name, ())],
        }
        for name in beginnings.asked(bundle)
    ]


def _shown(
    bundle: Bundle, script: Script, played: Played, attempt: Attempt | None
) -> dict[str, Any]:
    chart = plays.chart(bundle)
    views = {}
    for sheet in played.sheets:
        mine = attempt is not None and attempt.task == sheet.task.key
        typed, errors = (attempt.typed, attempt.errors) if attempt and mine else (None, None)
        views[sheet.task.id] = view_on_paper(sheet, typed, errors, language=language())
    return {
        "script": script,
        "written": plays.written(script),
        "played": played,
        "views": views,
        "picture": plays.facts_of(played, chart),
        "days": plays.days_of(played, chart),
        "now": local_date(played.at),
        "workday": plays.next_workday(played),
        "messages": messages_of(bundle.xml) if not played.finished else [],
        "over": played.fault is not None or played.finished,
    }
