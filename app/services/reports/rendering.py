"""Writing a report into its template: docxtpl, in a sandbox that knows nothing but the report."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.services.reports.charts import Chart, Drawing


def environment() -> ImmutableSandboxedEnvironment:
    """Return where templates are read and filled in: no functions, and no unknown names."""
    made = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    made.globals.clear()
    made.tests.clear()
    made.filters = {name: made.filters[name] for name in FILTERS}
    return made


#: All that a template may do with a value.
FILTERS = ("length", "first", "last", "join")


def render(template: bytes, values: Mapping[str, Any], drawings: Mapping[str, Drawing]) -> bytes:
    """Return the Word file that *template* makes of the values and drawings."""
    made = DocxTemplate(BytesIO(template))
    charts = {name: Chart(made, drawing) for name, drawing in drawings.items()}
    made.render({**values, **charts}, jinja_env=environment())
    written = BytesIO()
    made.save(written)
    return written.getvalue()
