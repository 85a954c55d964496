"""Plans, reports and replies in the same words, handed in by different units.

Identical texts are found by their hash, similar ones by bands of a MinHash; only these candidates
are read and compared. So each new text costs the same, however many there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.domain.case import Case
from app.domain.errors import Sentence
from app.domain.people import Unit
from app.domain.process import Submission
from app.domain.signal import Signal, SignalCase, Wording, WordingBand
from app.services.signals import texts
from app.services.signals._kinds import MOST_LISTED, Fact, Finding, Look, signal

#: Few at a time: whoever looks holds the database, and others want to write.
PORTION = 5
#: So many candidates of one text are compared: a template that all use needs no more.
MOST_COMPARED = 20
FORMS: Mapping[str, str] = {
    "plan": "整改方案",
    "rectify": "整改情况报告",
    "letter_reply": "督办函回复",
}


@dataclass(frozen=True, slots=True)
class _Text:
    """A text with what is told of it."""

    wording: Wording
    number: str
    unit: str
    normal: str


@signal(
    "多单位文字雷同",
    innocent="督导办或主管部门发过统一模板；几所学校同属一个教育集团、共同整改；引用了同一份文件原文。",
)
def same_words(look: Look) -> Iterator[Finding]:
    """Find texts that other units handed in, too."""
    for row in _handed_in(look):
        text = texts.normal(texts.text_of(row.form_key, row.answers), row.unit)
        if len(text) < texts.SHORTEST:
            continue
        bands = texts.bands(text)
        one = _Text(_indexed(look.session, row, text, bands), row.number, row.unit, text)
        others = list(_alike(look.session, one, bands))
        if others:
            yield _finding(look.session, one, others)


def _handed_in(look: Look) -> Sequence[Any]:
    query = (
        select(
            *(Submission.id, Submission.form_key, Submission.answers, Submission.case_id),
            *(Case.number, Case.county_id, Case.lead_unit_id, Unit.name.label("unit")),
        )
        .join_from(Submission, Case, Case.id == Submission.case_id)
        .join(Unit, Unit.id == Case.lead_unit_id)
        .where(Submission.form_key.in_(texts.FIELDS))
    )
    return look.portion(query, Submission.id, PORTION)


def _indexed(session: Session, row: Any, text: str, bands: Sequence[int]) -> Wording:
    """Enter a text into the index, unless it is there."""
    found = session.scalars(select(Wording).filter_by(submission_id=row.id)).first()
    if found is not None:
        return found
    made = Wording(
        submission_id=row.id,
        case_id=row.case_id,
        unit_id=row.lead_unit_id,
        county_id=row.county_id,
        form_key=row.form_key,
        exact=texts.exact(text),
    )
    session.add(made)
    session.flush()
    session.add_all(WordingBand(band=band, wording_id=made.id) for band in bands)
    session.flush()
    return made


def _alike(session: Session, one: _Text, bands: Sequence[int]) -> Iterator[tuple[_Text, float]]:
    """Yield the texts of other units that are nearly the same, with how much is."""
    mine = one.wording
    near = select(WordingBand.wording_id).where(WordingBand.band.in_(bands))
    query = (
        select(Wording, Submission.answers, Case.number, Unit.name.label("unit"))
        .join_from(Wording, Submission, Submission.id == Wording.submission_id)
        .join(Case, Case.id == Wording.case_id)
        .join(Unit, Unit.id == Wording.unit_id)
        .where(Wording.county_id == mine.county_id, Wording.form_key == mine.form_key)
        .where(Wording.id < mine.id, Wording.unit_id != mine.unit_id)
        .where(or_(Wording.exact == mine.exact, Wording.id.in_(near)))
        .order_by((Wording.exact == mine.exact).desc(), Wording.id)
        .limit(MOST_COMPARED)
    )
    for wording, answers, number, unit in session.execute(query).all():
        text = texts.normal(texts.text_of(wording.form_key, answers), unit)
        share = 1.0 if wording.exact == mine.exact else texts.alike(one.normal, text)
        if share >= texts.ALIKE:
            yield _Text(wording, number, unit, text), share


def _finding(session: Session, one: _Text, others: Sequence[tuple[_Text, float]]) -> Finding:
    """Ask about all these texts; those like others that were asked about join that question."""
    mine = one.wording
    asked = _asked(session, mine, [other.wording.case_id for other, _ in others])
    facts = [_fact(one), *(_fact(text, part) for text, part in others)]
    known = {fact.submission_id for fact in facts}
    before = [Fact.of(kept) for kept in asked.facts] if asked else []
    facts += [fact for fact in before if fact.submission_id not in known]
    question = Sentence(
        "%(unit)s等 %(count)s 个单位的%(form)s有 %(share)s%% 以上的文字相同，是否共同起草？",
        unit=one.unit,
        count=len({fact.unit for fact in facts}),
        form=Sentence(FORMS[mine.form_key]),
        share=min(fact.told.params["share"] for fact in facts if "share" in fact.told.params),
    )
    first = min(other.wording.submission_id for other, _ in others)
    key = asked.key if asked else f"{mine.form_key}:{first}"
    return Finding(mine.county_id, key, question, facts[:MOST_LISTED])


def _fact(text: _Text, part: float | None = None) -> Fact:
    wording, form = text.wording, Sentence(FORMS[text.wording.form_key])
    told = Sentence("%(form)s，与其他几份对照", form=form)
    if part is not None:
        told = Sentence("%(form)s，%(share)s%% 相同", form=form, share=round(100 * part))
    return Fact(wording.case_id, text.number, text.unit, told, wording.submission_id)


def _asked(session: Session, mine: Wording, case_ids: Sequence[int]) -> Signal | None:
    """Return the question that is asked already about one of these cases and this form."""
    query = (
        select(Signal)
        .join(SignalCase, SignalCase.signal_id == Signal.id)
        .where(Signal.county_id == mine.county_id, Signal.kind == same_words.__name__)
        .where(SignalCase.case_id.in_(case_ids), Signal.key.startswith(f"{mine.form_key}:"))
        .order_by(Signal.id)
        .limit(1)
    )
    return session.scalars(query).first()
