"""From draft to version in force: submitted, judged by a second person, in force from a day."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from app.clock import LOCAL, today, utcnow
from app.db import transaction
from app.domain.design_terms import DiagramAct
from app.domain.errors import (
    Invalid,
    InvalidDiagram,
    NotAllowed,
    NotFound,
    Problem,
    Sentence,
    WrongStage,
)
from app.domain.people import Actor
from app.domain.process import Diagram
from app.domain.vocabulary import DiagramState
from app.services import _versions, diagrams
from app.services.design import _drafts, _review_notices
from app.services.design.drafts import require_analyst
from app.services.design.overview import require_designer
from app.services.diagrams import Bundle

#: Nobody means to publish further ahead than this.
FURTHEST = timedelta(days=366)


class OwnWork(NotAllowed):
    """送审和审核须由不同人员办理，请由另一位业务分析员或督导办主任审核。"""

    code = "own_work"


class VersionMovedOn(WrongStage):
    """这一版的状态已经改变，不能进行此操作。"""

    code = "version_moved_on"


def submit(key: str, actor: Actor, *, revision: int, note: str) -> Diagram:
    """Make the draft the next version, which waits for its review; the draft is no more.

    Raises:
        NotAllowed: the actor is no analyst.
        Invalid: it doesn't say why, or there is nothing new in it.
        InvalidDiagram: it has errors.
        DraftChanged: the draft is not at *revision*.
    """
    require_analyst(actor)
    with transaction() as session:
        draft = _drafts.find(session, key, to_change=True)
        if draft is None or draft.revision != revision:
            raise _drafts.changed(draft)
        content = _drafts.content_of(draft)
        _require_sound(content)
        _require_new(session, content)
        made = _add(session, content, actor, note)
        session.delete(draft)
        return made


def offer(bundle: Bundle, actor: Actor, *, note: str) -> Diagram:
    """Make what was drawn elsewhere the next version, which waits for its review.

    Raises:
        NotAllowed: the actor is no analyst.
        Invalid: it doesn't say why, or its key won't do.
        InvalidDiagram: it has errors.
    """
    require_analyst(actor)
    _drafts.check({"xml": bundle.xml, "forms": bundle.forms, "decisions": bundle.decisions})
    _require_sound(bundle)
    if not _drafts.may_keep_key(bundle.key):
        raise Invalid(fields={"key": ["标识用英文字母、数字、下划线和连字符，以字母开头。"]})
    with transaction() as session:
        return _add(session, bundle, actor, note)


def _require_new(session: Session, bundle: Bundle) -> None:
    if one := _versions.same_content(session, bundle.key, bundle.sha256):
        raise Invalid(
            "内容与第%(version)s版（%(state)s）相同，没有可送审的改动。",
            version=one.version,
            state=Sentence(one.state.label),
        )


def _add(session: Session, bundle: Bundle, actor: Actor, note: str) -> Diagram:
    why = _said(note, "note", "请写明为什么修改。")
    made = diagrams.add_version(session, bundle, note=why, author_id=actor.id)
    _versions.note(session, made, DiagramAct.SUBMITTED, by_id=actor.id, why=why)
    _review_notices.waits(session, made)
    return made


def _said(text: str, field: str, wanting: str) -> str:
    said = text.strip()
    if not said:
        raise Invalid(fields={field: [wanting]})
    if len(said) > 1000:
        raise Invalid(fields={field: ["最多1000字。"]})
    return said


def errors_in(bundle: Bundle) -> list[Problem]:
    """List what keeps a bundle from being submitted and from coming into force."""
    return [problem for problem in diagrams.lint(bundle) if problem.severity == "error"]


def _require_sound(bundle: Bundle) -> None:
    if errors := errors_in(bundle):
        raise InvalidDiagram(errors)


def require_reviewer(actor: Actor, version: Diagram) -> None:
    """Let only a second person pass, who may judge.

    Raises:
        NotAllowed: the actor may judge no version.
        OwnWork: the actor has made it.
    """
    require_designer(actor)
    if version.author_id == actor.id:
        raise OwnWork


def approve(
    key: str, version: int, actor: Actor, *, effective_on: date | None = None, note: str = ""
) -> Diagram:
    """Let new processes run on a version: at once, or from the beginning of a later day.

    Raises:
        NotAllowed: the actor may judge no version, or has made this one.
        NotFound: there is no such version.
        VersionMovedOn: it doesn't wait for its review.
        Invalid: the day won't do.
        InvalidDiagram: it has errors by now.
    """
    day = effective_on or today()
    with transaction() as session:
        found = _to_judge(session, key, version, actor, DiagramState.DRAFT)
        require_reviewer(actor, found)
        _check_day(session, found, day)
        _require_sound(_drafts.content_of(found))
        found.approver_id = actor.id
        _versions.note(session, found, DiagramAct.APPROVED, by_id=actor.id, why=note[:1000])
        if day == today():
            _versions.put_in_force(session, found, by_id=actor.id)
            _versions.note(session, found, DiagramAct.PUBLISHED, by_id=actor.id)
        else:
            found.state, found.effective_at = DiagramState.APPROVED, _midnight(day)
        _review_notices.judged(session, found, "version_approved", actor)
        session.flush()
        return found


def _to_judge(
    session: Session, key: str, version: int, actor: Actor, state: DiagramState
) -> Diagram:
    require_designer(actor)
    rows = _versions.locked(session, key)
    found = next((one for one in rows if one.version == version), None)
    if found is None:
        raise NotFound("没有名为“%(key)s”的流程图。", key=key)
    if found.state is not state:
        sentence = "第%(version)s版%(state)s，不能进行此操作。"
        raise VersionMovedOn(sentence, version=version, state=Sentence(found.state.label))
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, LOCAL)


def _check_day(session: Session, version: Diagram, day: date) -> None:
    """Refuse days that are over, too far, or would put an older version over a newer."""
    if not today() <= day <= today() + FURTHEST:
        raise Invalid(fields={"effective_on": ["生效日期须为今天或以后，一年以内。"]})
    start = max(_midnight(day), utcnow())
    for other in _versions.locked(session, version.key):
        if other.state is not DiagramState.APPROVED or other.effective_at is None:
            continue
        if (other.version < version.version) != (other.effective_at < start):
            wrong = Sentence(
                "第%(version)s版定于%(at)s生效，新旧版本的先后会颠倒。请另选日期，或先撤回那一版的审核。",
                version=other.version,
                at=_drafts.moment(other.effective_at),
            )
            raise Invalid(fields={"effective_on": [wrong]})


def send_back(key: str, version: int, actor: Actor, *, reason: str) -> Diagram:
    """Return a version to its author, with what to mend; its author may also take it back.

    It becomes a draft again. If somebody has begun another, it lies among the saves of that.

    Raises:
        NotAllowed: the actor may judge no version.
        NotFound: there is no such version.
        VersionMovedOn: it doesn't wait for its review.
        Invalid: it doesn't say why.
    """
    why = _said(reason, "reason", "请写明退回的理由。")
    with transaction() as session:
        found = _to_judge(session, key, version, actor, DiagramState.DRAFT)
        found.state = DiagramState.RETURNED
        own = found.author_id == actor.id
        act = DiagramAct.WITHDRAWN if own else DiagramAct.RETURNED
        _versions.note(session, found, act, by_id=actor.id, why=why)
        _make_draft_again(session, found, actor, why)
        _review_notices.judged(session, found, "version_returned", actor)
        session.flush()
        return found


def _make_draft_again(session: Session, version: Diagram, actor: Actor, why: str) -> None:
    if version.author_id is None:
        return  # nobody's work: it came with the program
    draft = _drafts.find(session, version.key, to_change=True)
    draft = draft or _drafts.add(session, version, version.author_id)
    content = _drafts.content_of(version)
    _drafts.note_save(session, draft, content, by_id=actor.id, note=f"v{version.version} ↩ {why}")


def withdraw(key: str, version: int, actor: Actor, *, reason: str) -> Diagram:
    """Take back an approval before its day has come; the version waits for its review again.

    Raises:
        NotAllowed: the actor may judge no version.
        NotFound: there is no such version.
        VersionMovedOn: it doesn't wait for its day.
        Invalid: it doesn't say why.
    """
    why = _said(reason, "reason", "请写明撤回的理由。")
    with transaction() as session:
        found = _to_judge(session, key, version, actor, DiagramState.APPROVED)
        _versions.await_review(found)
        _versions.note(session, found, DiagramAct.WITHDRAWN, by_id=actor.id, why=why)
        session.flush()
        return found


def restore(key: str, version: int, actor: Actor, *, reason: str) -> Diagram:
    """Let new processes run on a version again that was in force before.

    Raises:
        NotAllowed: the actor may judge no version.
        NotFound: there is no such version.
        VersionMovedOn: it was not in force, or is.
        Invalid: it doesn't say why.
        InvalidDiagram: it has errors by now.
    """
    why = _said(reason, "reason", "请写明恢复的理由。")
    with transaction() as session:
        found = _to_judge(session, key, version, actor, DiagramState.RETIRED)
        _require_sound(_drafts.content_of(found))
        _versions.put_in_force(session, found, by_id=actor.id)
        _versions.note(session, found, DiagramAct.RESTORED, by_id=actor.id, why=why)
        session.flush()
        return found
