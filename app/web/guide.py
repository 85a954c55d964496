"""Help: the words of the trade, the lights, the keys."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

bp = Blueprint("guide", __name__, url_prefix="/help")


@bp.get("")
def page() -> ResponseReturnValue:
    """Show the help page."""
    return render_template("guide/page.html", here="guide")
