"""比较: two versions side by side, their differences in words, and what of running deadlines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.domain.design_terms import ChangePart, ChangeWeight, DeadlineEffect
from app.domain.errors import Invalid, InvalidDiagram, NotFound
from app.services import english, rule_sets
from app.services.design import comparing, deadline_difference
from app.services.design.comparing import Side
from app.services.design.deadline_difference import Found, Wanted
from app.texts import language
from app.web.designer.blueprint import bp
from app.web.reckonings import ends_at

VIEWS = ("changes", "deadlines", "text")
#: Lines of the deadline list on one page.
PAGE = 50


@bp.get("/<key>/compare")
def compare(key: str) -> ResponseReturnValue:
    """Compare two versions, or a version with the draft."""
    before, after = comparing.sides(key, request.args.get("from"), request.args.get("to"))
    view = request.args.get("view", VIEWS[0])
    if view not in VIEWS:
        raise NotFound
    told: dict[str, Any] = {"before": before, "after": after, "view": view, "key": key}
    return render_template(
        f"designer/compare_{view}.html",
        here="designer",
        name=after.title,
        choices=comparing.choices(key),
        address=lambda **args: _address(before, after, args),
        ends_at=ends_at,
        **told,
        **_VIEWS[view](before, after),
    )


def _address(before: Side, after: Side, args: Mapping[str, Any]) -> str:
    """Return the address of this comparison, seen another way."""
    given = {"from": before.name, "to": after.name, **args}
    return url_for("designer.compare", key=after.bundle.key, **given)


def _changes(before: Side, after: Side) -> dict[str, Any]:
    found = comparing.changes(
        before.bundle,
        after.bundle,
        english=language() == "en",
        rules=rule_sets.of_actor(g.actor),
    )
    marks = comparing.marks(found)
    return {
        "changes": found,
        "by_part": [(part, [one for one in found if one.part is part]) for part in ChangePart],
        "counts": comparing.counts(found),
        "weights": list(ChangeWeight),
        "marks": [[_mark(one) for one in side] for side in marks],
        "drawings": [_drawing(side) for side in (before, after)],
    }


def _mark(mark: comparing.Mark) -> dict[str, str]:
    return {"element": mark.element, "act": mark.act, "weight": mark.weight}


def _drawing(side: Side) -> str:
    return url_for("designer.compared", key=side.bundle.key, name=side.name)


@bp.get("/<key>/compare/<name>.bpmn")
def compared(key: str, name: str) -> ResponseReturnValue:
    """Give out the drawing of one of the two, its labels in the reader's language."""
    xml = comparing.side(key, name).bundle.xml
    body: str | bytes = xml
    if language() == "en":
        try:
            body = english.drawing(xml)
        except InvalidDiagram:  # the viewer says that it cannot be drawn
            body = xml
    return Response(body, content_type="application/xml; charset=utf-8")


def _deadlines(before: Side, after: Side) -> dict[str, Any]:
    effect = request.args.get("effect", "")
    if effect and effect not in list(DeadlineEffect):
        raise Invalid("没有这样的筛选条件。")
    wanted = Wanted(
        limit=PAGE,
        after=request.args.get("after"),
        timer=request.args.get("timer", "")[:200],
        effect=DeadlineEffect(effect) if effect else None,
    )
    del before  # running cases are on whatever version they began with
    found, problems = _difference(after, wanted)
    return {
        "found": found,
        "problems": problems,
        "wanted": wanted,
        "effects": [one for one in DeadlineEffect if one is not DeadlineEffect.UNCHANGED],
        "unchanged": DeadlineEffect.UNCHANGED,
    }


def _difference(after: Side, wanted: Wanted) -> tuple[Found | None, Sequence[Any]]:
    """Return the difference, or what keeps the version from having deadlines at all."""
    try:
        is_english = language() == "en"
        return deadline_difference.difference(after, g.actor, wanted, english=is_english), ()
    except InvalidDiagram as error:
        return None, error.problems


def _text(before: Side, after: Side) -> dict[str, Any]:
    return {"lines": comparing.text_difference(before.bundle.xml, after.bundle.xml)}


_VIEWS = {"changes": _changes, "deadlines": _deadlines, "text": _text}
