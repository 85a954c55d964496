"""Taking in what came from elsewhere: as a draft to go on with, or as a version to be reviewed."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from app.db import transaction
from app.domain.design import Draft
from app.domain.design_terms import DiagramAct
from app.domain.errors import Invalid, InvalidDiagram, NotFound, Sentence
from app.domain.people import Actor
from app.domain.process import Diagram
from app.services import _versions, diagrams
from app.services.design import _drafts
from app.services.design._drafts import Content
from app.services.design.drafts import require_analyst
from app.services.design.incoming import Incoming
from app.services.design.sealed import BadSeal
from app.services.diagrams import Bundle
from app.services.sentences import packed


def as_draft(incoming: Incoming, actor: Actor, *, key: str, name: str, revision: int = 0) -> Draft:
    """Make what came the draft of a process, new or known; faults of the drawing don't refuse it.

    A draft that is there must be at *revision*; what it was stays among its saves.

    Raises:
        NotAllowed: the actor is no analyst.
        Invalid: a new process can't be called so, or the content can't be kept.
        DraftChanged: somebody kept the draft meanwhile, or began one.
        TooLarge: it is too large.
    """
    require_analyst(actor)
    content = _content(incoming.bundle)
    _drafts.check(content)
    with transaction() as session:
        draft = _drafts.find(session, key, to_change=True)
        if (draft.revision if draft else 0) != revision:
            raise _drafts.changed(draft)
        draft = draft or _begun(session, key, name, incoming, actor)
        _drafts.change(draft, content, actor)
        draft.converted = [packed(one.sentence) for one in incoming.changes]
        _drafts.save(session, draft, actor, f"⇩ {incoming.file}")
        session.flush()
        return draft


def _content(bundle: Bundle) -> Content:
    return {"xml": bundle.xml, "forms": bundle.forms, "decisions": bundle.decisions}


def _begun(session: Session, key: str, name: str, incoming: Incoming, actor: Actor) -> Draft:
    """Begin the draft: of a process that has versions, or of a new one."""
    try:
        return _drafts.add(session, _drafts.newest(session, key), actor.id)
    except NotFound:
        key, name = key.strip(), " ".join(name.split())
    if faults := _drafts.faults(session, key, name):
        raise Invalid(fields=faults)
    return _drafts.insert(session, replace(incoming.bundle, key=key), actor.id, name=name)


def as_version(incoming: Incoming, actor: Actor | None) -> Diagram:
    """Make a signed bundle the next version, which a second person reviews.

    Without an actor it is done at the console.

    Raises:
        NotAllowed: the actor is no analyst.
        BadSeal: it is not signed, or not by an office that we trust.
        InvalidDiagram: it has errors here.
        Invalid: we have the same content already.
    """
    if actor is not None:
        require_analyst(actor)
    seal = incoming.seal
    if seal is None:
        raise BadSeal("文件没有签名，只能作为草稿导入。")
    if incoming.seal_fault is not None:
        raise incoming.seal_fault
    if incoming.errors:
        raise InvalidDiagram(incoming.errors)
    _drafts.check(_content(incoming.bundle))
    if not _drafts.may_keep_key(incoming.bundle.key):
        raise BadSeal("流程标识“%(key)s”不能使用。", key=incoming.bundle.key[:80])
    with transaction() as session:
        _require_new(session, incoming.bundle)
        made = diagrams.add_version(
            session,
            incoming.bundle,
            note=seal.why or seal.name,
            author_id=actor.id if actor else None,
        )
        said = f"{seal.signer}（{seal.fingerprint}）v{seal.version}，{seal.sealed_at[:10]}"
        by_id = actor.id if actor else None
        _versions.note(session, made, DiagramAct.IMPORTED, by_id=by_id, why=said)
        session.flush()
        return made


def _require_new(session: Session, bundle: Bundle) -> None:
    if one := _versions.same_content(session, bundle.key, bundle.sha256):
        raise Invalid(
            "内容与第%(version)s版（%(state)s）相同，无需导入。",
            version=one.version,
            state=Sentence(one.state.label),
        )
