"""流程设计: the pages of those who draw processes. One blueprint, a module for each kind."""

from __future__ import annotations

from flask import Blueprint, g

from app.services.design import overview

bp = Blueprint("designer", __name__, url_prefix="/designer")


@bp.before_request
def for_those_who_draw() -> None:
    """Open the pages to analysts, and to the office's head, who may review."""
    overview.require_designer(g.actor)


# Each of these adds its pages to the blueprint when it is imported.
from app.web.designer import compare as compare  # noqa: E402
from app.web.designer import decisions as decisions  # noqa: E402
from app.web.designer import exporting as exporting  # noqa: E402
from app.web.designer import fixing as fixing  # noqa: E402
from app.web.designer import form_editor as form_editor  # noqa: E402
from app.web.designer import forms as forms  # noqa: E402
from app.web.designer import home as home  # noqa: E402
from app.web.designer import importing as importing  # noqa: E402
from app.web.designer import modeler as modeler  # noqa: E402
from app.web.designer import play as play  # noqa: E402
from app.web.designer import rehearsal as rehearsal  # noqa: E402
from app.web.designer import reviewing as reviewing  # noqa: E402
from app.web.designer import scenarios as scenarios  # noqa: E402
from app.web.designer import trying as trying  # noqa: E402
from app.web.designer import versions as versions  # noqa: E402
