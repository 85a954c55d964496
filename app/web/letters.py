"""督办函: the list of letters, and one to read or print."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.domain.vocabulary import LetterState, UnitKind
from app.services import cases, letters
from app.web import cursor

bp = Blueprint("letters", __name__, url_prefix="/letters")

PAGE = 50


@bp.get("")
def page() -> ResponseReturnValue:
    """List the letters about cases that the person may see."""
    asked = request.args.get("state", "")
    state = LetterState(asked) if asked in list(LetterState) else None
    after = cursor.read_moment(request.args.get("after"))
    found = letters.page(g.actor, state=state, limit=PAGE, after=after)
    following = cursor.write(*found.next) if found.next else None
    return render_template(
        "letters/page.html",
        here="letters",
        found=found,
        state=state,
        states=list(LetterState),
        next_url=url_for("letters.page", state=state, after=following) if following else None,
        first_url=url_for("letters.page", state=state) if after else None,
    )


@bp.get("/<int:letter_id>")
def letter(letter_id: int) -> ResponseReturnValue:
    """Show one letter as it will be printed."""
    found = letters.get(letter_id, g.actor)
    offices = cases.units(g.actor, UnitKind.OFFICE)
    return render_template(
        "letters/letter.html",
        here="letters",
        letter=found,
        signer_office=offices[0].name if offices else "",
    )
