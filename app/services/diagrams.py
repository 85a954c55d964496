"""Diagrams: publishing them, checking them, and having them compiled at hand."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, bindparam, func, select
from sqlalchemy.orm import Session, undefer

from app import engine
from app.clock import utcnow
from app.db import db, transaction
from app.domain.errors import InvalidDiagram, NotFound, Problem
from app.domain.form import components, variables_in
from app.domain.process import Diagram
from app.domain.rule_sets import DEFAULT
from app.domain.vocabulary import DiagramState, Role
from app.engine.step import Catalogue, Source
from app.services import rule_sets
from app.services._catalogue import ANSWERS, EFFECTS

#: What the program puts into a process when it starts one, by itself or for a case.
START_VARIABLES = frozenset(
    {"severity", "mode", "category", "source_level", "cycle", "government", "due"}
    | {"blue_days", "yellow_days", "progress_every", "plan_returns", "reassigned"}
    | {"reason", "round", "lead_verifier"}
    | {"kind", "occasion", "days", "by_rule", "by_office"}
    | {"filed_on", "answer_on", "outcome"}
)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A diagram as it comes from outside: the drawing, its forms and decision tables."""

    key: str
    xml: str
    forms: Mapping[str, Any]
    decisions: Mapping[str, str]

    @property
    def source(self) -> Source:
        """What the engine needs of it."""
        return Source(self.key, self.xml, dict(self.decisions))

    @property
    def sha256(self) -> str:
        """The fingerprint of all of it."""
        whole = json.dumps(
            [self.xml, self.forms, self.decisions], ensure_ascii=False, sort_keys=True
        )
        return hashlib.sha256(whole.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Compiled:
    """A published version, ready to run."""

    id: int
    key: str
    version: int
    name: str
    program: engine.Diagram
    #: Whether its processes are each about a case.
    about_case: bool
    #: Names of the variables that its processes are started with.
    variables: frozenset[str]
    forms: Mapping[str, Any]
    decisions: Mapping[str, engine.Decision]


def about_case(xml: str) -> bool:
    """Tell whether a diagram says that its processes are about a case.

    Raises:
        InvalidDiagram: the text is not safe XML.
    """
    return engine.process_properties(xml).get("subject") == "case"


def catalogue(forms: Mapping[str, Any], *, case: bool = True) -> Catalogue:
    """Return the pieces that a diagram with these *forms* may use.

    All effects so far are done to a case: a diagram about none may use none.
    """
    return Catalogue(
        roles=frozenset(Role),
        forms={key: frozenset(variables_in(form)) for key, form in forms.items()},
        effects={
            topic: (entry.required, entry.optional) for topic, entry in EFFECTS.items() if case
        },
        variables=START_VARIABLES,
        codes=frozenset(rule_sets.get(DEFAULT).limits),
    )


def lint(bundle: Bundle) -> list[Problem]:
    """List all that is wrong with a diagram."""
    try:
        case = about_case(bundle.xml)
    except InvalidDiagram as error:
        return list(error.problems)
    found = engine.lint(bundle.source, catalogue(bundle.forms, case=case))
    return [*_form_problems(bundle), *found] if case else found


def _form_problems(bundle: Bundle) -> list[Problem]:
    """List the forms that have a meaning here but don't ask for what it needs."""
    lacking = {
        key: ANSWERS[key].needs - {field["key"] for field in components(form)}
        for key, form in bundle.forms.items()
        if key in ANSWERS
    }
    sentence = "表单“%(form)s”在系统中有固定含义，缺少字段：%(fields)s。请补上，或改用别的表单名。"
    told = {key: "、".join(sorted(some)) for key, some in lacking.items() if some}
    return [
        Problem("catalogue/form_fields", None, sentence, {"form": key, "fields": fields})
        for key, fields in told.items()
    ]


def publish(bundle: Bundle) -> Diagram:
    """Make a bundle the version that new processes run on. The same content stays one version.

    Raises:
        InvalidDiagram: it has errors.
    """
    errors = [problem for problem in lint(bundle) if problem.severity == "error"]
    if errors:
        raise InvalidDiagram(errors)
    with transaction() as session:
        latest = _latest(session, bundle.key)
        if latest is not None and latest.sha256 == bundle.sha256:
            return latest
        made = _new_version(session, bundle, at=utcnow())
        if latest is not None:
            latest.state = DiagramState.RETIRED
        return made


def _new_version(session: Session, bundle: Bundle, *, at: datetime) -> Diagram:
    highest = session.scalar(select(func.max(Diagram.version)).filter_by(key=bundle.key))
    made = Diagram(
        key=bundle.key,
        version=(highest or 0) + 1,
        name=engine.compile(bundle.source).name,
        state=DiagramState.PUBLISHED,
        xml=bundle.xml,
        forms=dict(bundle.forms),
        decisions=dict(bundle.decisions),
        sha256=bundle.sha256,
        created_at=at,
        published_at=at,
    )
    session.add(made)
    session.flush()
    return made


def _latest(session: Session, key: str) -> Diagram | None:
    query = (
        select(Diagram)
        .filter_by(key=key, state=DiagramState.PUBLISHED)
        .order_by(Diagram.version.desc())
        .limit(1)
    )
    return session.scalars(query).first()


def listing() -> list[Diagram]:
    """List every version of every diagram, newest version first."""
    query = select(Diagram).order_by(Diagram.key, Diagram.version.desc())
    return list(db.session.scalars(query))


def get(key: str, version: int | None = None) -> Diagram:
    """Return one version of a diagram with its text; the published one by default.

    Raises:
        NotFound: there is none.
    """
    query = select(Diagram).filter_by(key=key).options(undefer(Diagram.xml))
    if version is None:
        query = query.filter_by(state=DiagramState.PUBLISHED)
    else:
        query = query.filter_by(version=version)
    found = db.session.scalars(query.order_by(Diagram.version.desc()).limit(1)).first()
    if found is None:
        raise NotFound("没有名为“%(key)s”的流程图。", key=key)
    return found


def published(session: Session, key: str) -> Compiled:
    """Return the version of *key* that new processes run on.

    Raises:
        NotFound: none is published.
    """
    latest = session.scalar(_PUBLISHED, {"key": key})
    if latest is None:
        raise NotFound("没有已发布的流程图“%(key)s”。", key=key)
    return compiled(session, latest)


_PUBLISHED = (
    select(Diagram.id)
    .where(Diagram.key == bindparam("key"), Diagram.state == DiagramState.PUBLISHED)
    .order_by(Diagram.version.desc())
    .limit(1)
)


def compiled(session: Session, diagram_id: int) -> Compiled:
    """Return one version ready to run; its text is read and parsed once per worker."""
    known = _compiled.setdefault(session.get_bind().engine, {})
    if diagram_id not in known:
        whole = (undefer(Diagram.xml), undefer(Diagram.forms), undefer(Diagram.decisions))
        row = session.get_one(Diagram, diagram_id, options=whole, populate_existing=True)
        known[diagram_id] = _compile(row)
    return known[diagram_id]


#: By database and id. Published versions never change, so nothing here ever grows stale.
_compiled: WeakKeyDictionary[Engine, dict[int, Compiled]] = WeakKeyDictionary()


def _compile(row: Diagram) -> Compiled:
    declared = engine.process_properties(row.xml).get("variables", "")
    return Compiled(
        row.id,
        row.key,
        row.version,
        row.name,
        engine.compile(Source(row.key, row.xml, row.decisions)),
        about_case(row.xml),
        frozenset(name.strip() for name in declared.split(",")),
        row.forms,
        {key: engine.compile_decision(text) for key, text in row.decisions.items()},
    )
