"""What the parameters of effects are called, and what each is chosen from.

The drawing board and the templates of the desktop modeler both go by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.domain.vocabulary import FollowUpResult, ObjectionState, Term

NAMES: Mapping[str, str] = {
    "notice": "通知内容",
    "text": "通知的话（一句）",
    "to": "通知岗位",
    "reason": "发函原因",
    "outcome": "结论",
    "result": "结论",
    "kind": "情形",
}
#: By effect and parameter.
TERMS: Mapping[tuple[str, str], Sequence[Term]] = {
    ("settle_follow_up", "result"): tuple(FollowUpResult),
    ("relapse", "kind"): (FollowUpResult.RELAPSE, FollowUpResult.FALSE),
    ("settle_objection", "outcome"): (
        ObjectionState.NOT_ADMITTED,
        ObjectionState.KEPT,
        ObjectionState.CHANGED,
        ObjectionState.REVOKED,
    ),
}
#: Those that are one of the reasons for which letters are written.
REASONS = frozenset({("start_expediting", "reason"), ("record_clue", "kind")})
LETTER_OUTCOMES: Mapping[str, str] = {"satisfied": "已办结", "skipped": "不发函"}
