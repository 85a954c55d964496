"""Words that only pages need: sizes of files, stages of the road."""

from __future__ import annotations

from flask import Flask, g
from flask_babel import gettext

from app import deadline_texts, texts
from app.domain.case import Case
from app.domain.process import Process
from app.services import changes, objections
from app.texts import label
from app.web import due, pictures


def file_size(size: int) -> str:
    """Write a number of bytes as people do."""
    amount, units = float(size), ["B", "KB", "MB", "GB"]
    while amount >= 1024 and len(units) > 1:
        amount, units = amount / 1024, units[1:]
    return (
        f"{amount:.1f} {units[0]}"
        if amount < 10 and units[0] != "B"
        else f"{amount:.0f} {units[0]}"
    )


def stage_label(case: Case) -> str:
    """Name the stage of a case, and the round if it isn't the first."""
    name = label(case.stage)
    return name if case.cycle == 1 else gettext("%(stage)s（第%(n)s轮）", stage=name, n=case.cycle)


def process_name(process: Process) -> str:
    """Return what a process is called: the name of its diagram, and its title if it has one."""
    name = texts.diagram_name(process.diagram)
    if not process.title:
        return name
    return gettext("%(name)s：%(title)s", name=name, title=process.title)


def init_app(app: Flask) -> None:
    """Give templates the words."""
    app.jinja_env.globals.update(
        may_withdraw=lambda change: changes.may_withdraw(change, g.actor),
        may_withdraw_objection=lambda one: objections.may_withdraw(one, g.actor),
        said=deadline_texts.said,
        rule_text=deadline_texts.rule_text,
        span_text=deadline_texts.span_text,
        limit_text=deadline_texts.limit_text,
        timer_text=deadline_texts.timer_text,
        manner=deadline_texts.manner,
        file_size=file_size,
        stage_label=stage_label,
        due_of_task=due.due_of_task,
        due_of_case=due.due_of_case,
        due_of_timer=due.due_of_timer,
        step_name=texts.step_name,
        timer_title=pictures.timer_title,
        timer_article=texts.timer_article,
        process_name=process_name,
        diagram_name=texts.diagram_name,
        who_has=pictures.who_has,
    )
