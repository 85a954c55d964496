"""What a form may contain: form JSON in; a marshmallow schema, typed answers and a view out.

The JSON is the subset of form-js described in ``bpmn/README.md``. All but `filling` is pure: what
comes from the database (options, the case a form is about) is handed in as a `Setting`.
"""

from app.forms.answers import answers_of, variables_of
from app.forms.components import Component, Option, Options, components_of, inputs_in
from app.forms.description import fields_of
from app.forms.filling import require_files, setting_about, setting_for
from app.forms.on_paper import check_on_paper, form_on_paper, view_on_paper
from app.forms.post import parse_post, row_numbers
from app.forms.schema import errors_of, schema_of
from app.forms.setting import Setting
from app.forms.summary import Line, summary_of
from app.forms.view import FieldView, FormView, view_of

__all__ = [
    "Component",
    "FieldView",
    "FormView",
    "Line",
    "Option",
    "Options",
    "Setting",
    "answers_of",
    "check_on_paper",
    "components_of",
    "errors_of",
    "fields_of",
    "form_on_paper",
    "inputs_in",
    "parse_post",
    "require_files",
    "row_numbers",
    "schema_of",
    "setting_about",
    "setting_for",
    "summary_of",
    "variables_of",
    "view_of",
    "view_on_paper",
]
