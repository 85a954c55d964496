"""What a clock of a drawing rests on, and what the county's rule book has to say to it."""

from __future__ import annotations

from app.domain.errors import Sentence
from app.domain.rule_sets import RuleSet
from app.domain.rules import Anchor
from app.engine.drawn import Piece
from app.engine.expressions import ExpressionError
from app.engine.timers import compile_timer
from app.services.design._rule_words import rule_of


def law_of(piece: Piece, *, english: bool) -> str:
    """Return the article that a clock rests on as drawn; empty if it names none."""
    own = piece.fact("property:article")
    return (piece.fact("property:article_en") or own) if english else own


def overruled(piece: Piece, rules: RuleSet | None) -> Sentence | None:
    """Say so if not the drawing but the rule book fixes how long a clock runs."""
    code = piece.fact("property:code")
    limit = rules.limit(code) if rules is not None and code else None
    if limit is None or limit.span is None or not _counts_forward(piece.fact("timer")):
        return None
    return Sentence(
        "编号%(code)s的时长由期限规则定为%(span)s，图上所写的不起作用；"
        "要改时长，请更换期限规则，或者去掉、更换编号",
        code=code,
        span=rule_of(str(limit.span)),
    )


def _counts_forward(text: str) -> bool:
    """Whether a timer body is a length, from when it is armed or from a date."""
    try:
        body = compile_timer(text)
        if not body.names:
            return body.evaluate({}).rule.anchor is Anchor.AFTER
    except ExpressionError:
        return False
    return not text.lstrip().startswith(("before", "every", "due"))
