"""Diagrams: publishing them, checking them, and having them compiled at hand."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, undefer

from app import engine
from app.clock import utcnow
from app.db import db, transaction
from app.domain.design_terms import APPROVED_ONCE, DiagramAct
from app.domain.errors import Conflict, InvalidDiagram, NotFound, Problem
from app.domain.form import components, variables_in
from app.domain.people import UNIT_ROLES
from app.domain.process import Diagram
from app.domain.rule_sets import DEFAULT
from app.domain.vocabulary import DiagramState, Role
from app.engine.step import Catalogue, Source
from app.services import _law, _versions, rule_sets
from app.services._catalogue import EFFECTS
from app.services._prepared import Prepared
from app.services._terms import Terms, terms_of
from app.services.design import decision_findings, form_findings
from app.services.design.parameters import NAMES

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
    #: Who may begin its processes, and about what.
    terms: Terms
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

    Most effects are done to a case: a diagram about none may use the others.
    """
    return Catalogue(
        roles=frozenset(Role),
        forms={key: frozenset(variables_in(form)) for key, form in forms.items()},
        effects={
            topic: (entry.required, entry.optional)
            for topic, entry in EFFECTS.items()
            if case or entry.anywhere
        },
        variables=START_VARIABLES,
        codes={
            code: str(limit.span or "") for code, limit in rule_sets.get(DEFAULT).limits.items()
        },
        choices=_law.choices(forms),
        law=_law.law(forms) if case else None,
        unit_roles=frozenset(UNIT_ROLES),
        fields=frozenset(field["key"] for form in forms.values() for field in components(form)),
        params=NAMES,
    )


def lint(bundle: Bundle) -> list[Problem]:
    """List all that is wrong with a diagram, its forms and its decision tables."""
    readable = form_findings.readable(bundle.forms)
    case, asked_at, filled_at, broken = _read(bundle.xml)
    known = catalogue(readable, case=case)
    declared = engine.declared_variables(bundle.source, known)
    return [
        *form_findings.problems(bundle.forms, case=case, steps=filled_at),
        *decision_findings.problems(bundle.decisions, asked_at, declared, case=case),
        *(broken or engine.lint(bundle.source, known)),
    ]


_Steps = Mapping[str, str]


def _read(xml: str) -> tuple[bool, _Steps, _Steps, list[Problem]]:
    """Return whether a drawing is about a case, its steps by table and form, or its faults."""
    try:
        return about_case(xml), engine.decision_steps(xml), engine.form_steps(xml), []
    except InvalidDiagram as error:
        return False, {}, {}, list(error.problems)


def pieces(bundle: Bundle) -> Catalogue:
    """Return the pieces that the drawing of *bundle* may use.

    Raises:
        InvalidDiagram: the drawing is not safe XML.
    """
    return catalogue(form_findings.readable(bundle.forms), case=about_case(bundle.xml))


def declared_variables(bundle: Bundle) -> frozenset[str]:
    """Return the variables that something in a diagram sets."""
    readable = form_findings.readable(bundle.forms)
    return engine.declared_variables(bundle.source, catalogue(readable))


def publish(bundle: Bundle) -> Diagram:
    """Make what came with the program a version, and let new processes run on it.

    A content that ever was a version stays that version, whatever became of it. Where people have
    published what they drew themselves, the newcomer waits for their review.

    Raises:
        InvalidDiagram: it has errors.
    """
    errors = [problem for problem in lint(bundle) if problem.severity == "error"]
    if errors:
        raise InvalidDiagram(errors)
    with transaction() as session:
        before = _versions.locked(session, bundle.key)
        known = [one for one in before if one.sha256 == bundle.sha256]
        if known:
            return known[-1]
        made = add_version(session, bundle, note=SHIPPED)
        _versions.note(session, made, DiagramAct.IMPORTED, why=SHIPPED)
        if not any(one.author_id and one.state in APPROVED_ONCE for one in before):
            _versions.put_in_force(session, made, by_id=None)
            _versions.note(session, made, DiagramAct.PUBLISHED)
        session.flush()
        return made


#: Why a version was made that nobody here has drawn.
SHIPPED = "随程序提供的版本"


def add_version(
    session: Session, bundle: Bundle, *, note: str, author_id: int | None = None
) -> Diagram:
    """Add a version that waits for its review."""
    made = Diagram(
        key=bundle.key,
        version=_versions.number(session, bundle.key),
        name=engine.compile(bundle.source).name[:120],
        state=DiagramState.DRAFT,
        xml=bundle.xml,
        forms=dict(bundle.forms),
        decisions=dict(bundle.decisions),
        sha256=bundle.sha256,
        created_at=utcnow(),
        author_id=author_id,
        note=note,
    )
    session.add(made)
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict from error
    return made


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
    latest = _PUBLISHED.row(session.connection(), {"of_key": key})
    if latest is None:
        raise NotFound("没有已发布的流程图“%(key)s”。", key=key)
    return compiled(session, latest.id)


_PUBLISHED = Prepared(
    select(Diagram.id)
    .where(Diagram.key == bindparam("of_key"), Diagram.state == DiagramState.PUBLISHED)
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
    said = engine.process_properties(row.xml)
    return Compiled(
        row.id,
        row.key,
        row.version,
        row.name,
        engine.compile(Source(row.key, row.xml, row.decisions)),
        terms_of(said, engine.process_documentation(row.xml)),
        frozenset(name.strip() for name in said.get("variables", "").split(",")),
        row.forms,
        {key: engine.compile_decision(text) for key, text in row.decisions.items()},
    )
