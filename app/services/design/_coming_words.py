"""An element that came or went as a sentence: what it is, what it does, where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.domain.errors import Listing, Sentence
from app.engine.drawn import Piece
from app.services.design._drawn_words import Words
from app.services.design._rule_words import drawn_rule
from app.services.design._timer_words import law_of
from app.services.design.changing import quoted

#: How it is said, by whether something comes before and after.
_Says = Mapping[tuple[bool, bool], str]
_COME: _Says = {
    (True, True): "新增%(what)s，在%(before)s之后、%(after)s之前",
    (True, False): "新增%(what)s，在%(before)s之后",
    (False, True): "新增%(what)s，在%(after)s之前",
    (False, False): "新增%(what)s",
}
_GONE: _Says = {
    (True, True): "删除%(what)s，原在%(before)s之后、%(after)s之前",
    (True, False): "删除%(what)s，原在%(before)s之后",
    (False, True): "删除%(what)s",
    (False, False): "删除%(what)s",
}


def come(words: Words, piece: Piece) -> Sentence:
    """Say that an element is new."""
    return _placed(words, piece, _COME)


def gone(words: Words, piece: Piece) -> Sentence:
    """Say that an element is no more."""
    return _placed(words, piece, _GONE)


def _placed(words: Words, piece: Piece, says: _Says) -> Sentence:
    """Say it of an element and where it stands; clocks and flows tell that by themselves."""
    if piece.is_timer:
        return Sentence(says[False, False], what=_clock(words, piece))
    if piece.is_flow:
        return Sentence(says[False, False], what=_flow(words, piece))
    before, after = words.place(piece)
    template = says[bool(before), bool(after)]
    return Sentence(template, what=_element(words, piece), before=before, after=after)


def _element(words: Words, piece: Piece) -> Sentence:
    name = quoted(words.name(piece) or piece.fact("text"))
    told: dict[str, Any] = {"kind": words.kind(piece), "name": name}
    if not name:
        return Sentence("%(kind)s（%(id)s）", kind=words.kind(piece), id=piece.id)
    traits = words.traits(piece)
    if traits:
        return Sentence("%(kind)s“%(name)s”（%(traits)s）", traits=traits, **told)
    return Sentence("%(kind)s“%(name)s”", **told)


def _flow(words: Words, piece: Piece) -> Sentence:
    traits: Listing = words.traits(piece)
    what = words.called(piece)
    return Sentence("%(what)s，%(traits)s", what=what, traits=traits) if traits else what


def _clock(words: Words, piece: Piece) -> Sentence:
    told: dict[str, Any] = {
        "what": words.clock(piece),
        "rule": drawn_rule(piece.fact("timer")),
    }
    if law := law_of(piece, english=words.english):
        return Sentence("%(what)s：%(rule)s（依据：%(law)s）", law=law, **told)
    return Sentence("%(what)s：%(rule)s", **told)
