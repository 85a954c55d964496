"""What is said to people, in their language: errors, history, notices, vocabularies.

Chinese is the source; `app/translations` holds the English.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask import Flask, g, has_request_context, request, session
from flask_babel import Babel, get_locale, gettext

from app import sayings
from app.clock import LOCAL
from app.domain.deadlines import last_day
from app.domain.errors import DomainError, Listing, Sentence
from app.domain.history import Event
from app.domain.job import Job
from app.domain.notice import Notice
from app.domain.process import Diagram, Task, Timer
from app.domain.standing import NOW
from app.domain.vocabulary import (
    ChangeKind,
    FollowUpResult,
    Light,
    MoveCause,
    ObjectionState,
    Result,
    Role,
    Severity,
    Stage,
    Term,
)
from app.engine import UserTask
from app.services import english, jobs, rule_sets
from app.services.sentences import unpacked

LOCALES = ("zh_Hans_CN", "en")

#: The sentence of each kind of notice.
NOTICES = {
    "plan_due": "整改方案报送期限已到",
    "review_plan_due": "方案审核期限已到",
    "approve_plan_due": "方案审定期限已到",
    "progress_missing": "本期整改进展尚未填报",
    "case_due": "整改期限已到，尚未报结",
    "report_due": "整改情况报告报送期限已到",
    "first_review_due": "初审期限已到",
    "dispatch_due": "派核查期限已到",
    "verify_due": "核查期限已到",
    "approve_due": "审定期限已到",
    "draft_letter_due": "督办函拟稿期限已到",
    "sign_letter_due": "督办函审签期限已到",
    "reply_due": "督办函回复期限已到",
    "check_due": "回头看复查期限已到",
    "remedy_due": "整改提醒期限已到",
    "confirm_due": "反弹认定期限已到",
    "light_changed": "预警灯变为%(light)s",
    "letter_issued": "收到督办函（%(letter)s）",
    "closed_out": "已销号，请巩固整改成果",
    "extension_advised": "初审退回，主管部门建议申请延期",
    "reassignment_advised": "初审退回，主管部门建议转办",
    "clue_recorded": "登记了问责线索，请研究：%(kind)s",
    **sayings.NOTICES,
}

#: Words that stand as values in history and in answers.
WORDS = {
    "yes": "同意",
    "no": "退回",
    "progress": "填报进展",
    "report": "申请报结",
    "send": "发函",
    "skip": "不发函",
    "written": "书面核查",
    "on_site": "实地核查",
    "unannounced": "暗访",
    "verification": "退回核查",
    "rectifying": "退回整改",
    "advise_extension": "建议延期",
    "advise_reassignment": "建议转办",
    "overdue": "逾期未报结",
    "plan_overdue": "逾期未报送方案",
    "plan_returned": "方案两次未通过",
    "not_done": "核查未完成",
    "false_report": "虚假整改",
    "relapse": "反弹",
    "due_on": "事项整改期限",
}

_VOCABULARIES: tuple[type[Term], ...] = (
    MoveCause,
    ChangeKind,
    ObjectionState,
    Light,
    Result,
    FollowUpResult,
    Severity,
    Role,
)
_TERMS = {str(term): term for vocabulary in _VOCABULARIES for term in vocabulary}


def say(error: DomainError) -> str:
    """Return the sentence of *error* in the reader's language."""
    return sentence(error.sentence)


def sentence(text: str) -> str:
    """Return a sentence, and the sentences put into it, in the reader's language."""
    if not isinstance(text, Sentence):
        return gettext(text) if text else text
    template = gettext(text.template)
    params = {key: _put(value) for key, value in text.params.items()}
    return template % params if params else template


def _put(value: Any) -> Any:
    """Return what is put into a sentence in the reader's language."""
    if isinstance(value, Listing):
        return listed(str(_put(one)) for one in value)
    return sentence(value) if isinstance(value, Sentence) else value


def listed(words: Iterable[str]) -> str:
    """String words together as the reader's language does."""
    return gettext("、").join(words)


def label(term: Term | None) -> str:
    """Return the name of a term in the reader's language."""
    return gettext(term.label) if term is not None else ""


def word(value: Any) -> str:
    """Return the name of a value that history or an answer holds."""
    if value in _TERMS:
        return label(_TERMS[value])
    return gettext(WORDS[value]) if value in WORDS else str(value)


def is_term(value: Any) -> bool:
    """Tell whether *value* is a word of ours, and not something that somebody wrote."""
    return value in _TERMS or value in WORDS


def event_text(event: Event) -> str:
    """Return a line of history as a sentence."""
    inner = ("decided", NOW)
    params = {key: word(value) for key, value in event.params.items() if key not in inner}
    params["decided"] = _decided(event.params.get("decided") or {})
    params["merged"] = _merged(event.params.get("merged"))
    if event.what == "stage_changed":
        params = {name: label(Stage(event.params[name])) for name in ("from", "to")}
    key = event.params.get("key")
    for kind in ("task", "timer"):
        if language() == "en" and kind in params and key:
            told = english.name_in_process(event.process_id, key, params[kind])
            ruled = rule_sets.in_english() if kind == "timer" else {}
            params[kind] = ruled.get(params[kind], told)
    return gettext(sayings.EVENTS[event.what]) % params


#: Declared variables whose value is a decision worth telling.
_TELLING = ("signed", "passed", "approved", "result", "next_step", "decision", "confirmed")


def _merged(periods: int | None) -> str:
    """Say that one firing stands for several periods of a cycle."""
    return gettext("（错过 %(n)s 期，合并触发一次）", n=periods) if periods else ""


def _decided(variables: dict[str, Any]) -> str:
    told = [word(variables[name]) for name in _TELLING if name in variables]
    return gettext("：%(decided)s", decided=listed(told)) if told else ""


#: A notice that an analyst has named and nobody has worded.
_SOME_DEADLINE = "办理期限已到，请及时处理"


def notice_template(what: str) -> str:
    """Return the sentence of a kind of notice, its particulars still to be put in."""
    return gettext(NOTICES.get(what, _SOME_DEADLINE))


def notice_text(notice: Notice) -> str:
    """Return a notice as a sentence."""
    params = {key: word(value) for key, value in notice.params.items()}
    if notice.diagram is not None:
        params["name"] = diagram_name(notice.diagram)
    return notice_template(notice.what) % params


def local_moment(at: datetime | None) -> str:
    """Write a moment as people in the office read it."""
    return at.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M") if at else ""


def step_name(task: Task) -> str:
    """Return the name of a task in the reader's language."""
    if language() != "en":
        return task.name
    return english.name_of(task.process.diagram, task.key, task.name)


def drawn_name(step: UserTask | None, key: str) -> str:
    """Return the name of a step as a drawing has it, or its key where none has it."""
    if step is None:
        return key
    return (language() == "en" and step.properties.get("name_en")) or step.name or key


def step_name_in(process_id: int, key: str, name: str) -> str:
    """Return the name of a step of a process in the reader's language."""
    return name if language() != "en" else english.name_in_process(process_id, key, name)


def timer_name(timer: Timer) -> str:
    """Return the name of a timer in the reader's language."""
    if language() != "en":
        return timer.name
    if timer.ruled_by and timer.name in rule_sets.in_english():
        return rule_sets.in_english()[timer.name]
    return english.name_of(timer.process.diagram, timer.key, timer.name)


def timer_article(timer: Timer) -> str:
    """Return what a timer rests on in the reader's language."""
    if language() != "en":
        return timer.article
    if timer.ruled_by:
        return rule_sets.in_english().get(timer.article, timer.article)
    return english.article_of(timer.process.diagram, timer.key, timer.article)


def diagram_name(diagram: Diagram) -> str:
    """Return the name of a diagram in the reader's language."""
    if language() != "en":
        return diagram.name
    return english.name_of(diagram, diagram.key, diagram.name)


def job_name(job: Job) -> str:
    """Return what a job is called."""
    kind = jobs.KINDS.get(job.kind)
    return gettext(kind.label) if kind else job.kind


def job_told(job: Job) -> str:
    """Return what a job came to, or why it failed; nothing while it goes on."""
    return said_in((job.outcome or {}).get("told", ""))


def said_in(kept: Any) -> str:
    """Return a sentence that was kept as JSON."""
    return sentence(unpacked(kept))


def language() -> str:
    """Return ``en`` or ``zh``: what forms and diagrams carry labels in."""
    return "en" if str(get_locale() or "").startswith("en") else "zh"


def choose_locale() -> str:
    """Return the language to speak: programs say theirs in each call, people choose once."""
    if not has_request_context():
        return LOCALES[0]
    if request.path.startswith("/api/"):
        return "en" if request.accept_languages.best_match(["zh", "en"]) == "en" else LOCALES[0]
    chosen = session.get("locale") or getattr(g, "locale", None)
    return str(chosen) if chosen in LOCALES else LOCALES[0]


def init_app(app: Flask) -> None:
    """Speak the reader's language everywhere."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", LOCALES[0])
    app.config.setdefault("BABEL_DEFAULT_TIMEZONE", "Asia/Shanghai")
    Babel(app, locale_selector=choose_locale)
    app.jinja_env.globals.update(
        label=label,
        word=word,
        sentence=sentence,
        event_text=event_text,
        notice_text=notice_text,
        job_name=job_name,
        job_told=job_told,
        said_in=said_in,
        due_day=last_day,
    )
    app.jinja_env.filters.update(moment=local_moment, listed=listed)
