"""Forms of a process being drawn: listing, beginning, copying, keeping and dropping them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.design import Draft
from app.domain.errors import Invalid, Listing, NotAllowed, NotFound, Sentence
from app.domain.form_outline import lines
from app.domain.form_reading import LARGEST, shape_faults
from app.domain.form_types import KEY, TYPES
from app.domain.people import Actor
from app.services._catalogue import ANSWERS
from app.services.design import standing
from app.services.design.drafts import require_analyst
from app.services.design.form_findings import Finding, findings
from app.services.design.standing import Standing

_KEY_RULE = "标识用小写英文字母、数字和下划线，以字母开头，例如 site_visit。"


@dataclass(frozen=True, slots=True)
class FormLine:
    """One form in the list of a process."""

    key: str
    title: str
    #: Steps of the drawing that use it; ``None``: the drawing can't be read.
    used_by: tuple[str, ...] | None
    fields: int
    errors: int
    warnings: int
    #: Keys of fields that the program reads, if it gives this form a meaning.
    needs: frozenset[str]
    is_fixed: bool


def listing(now: Standing) -> list[FormLine]:
    """List the forms of a process, those in use first."""
    users = now.users("formKey")
    found = [_line(now, key, users) for key in now.content.forms]
    return sorted(found, key=lambda one: (not one.used_by, one.key))


def _line(now: Standing, key: str, users: Mapping[str, list[str]] | None) -> FormLine:
    form = now.content.forms[key]
    wrong = [one.problem.severity for one in problems(now, key)]
    return FormLine(
        key,
        title_of(now, key, users),
        None if users is None else tuple(users.get(key, ())),
        0 if shape_faults(form) else sum(_is_input(one.component) for one in lines(form)),
        wrong.count("error"),
        wrong.count("warning"),
        needs(now, key),
        is_fixed(now, key),
    )


def _is_input(component: Mapping[str, Any]) -> bool:
    kind = TYPES.get(str(component.get("type")))
    return kind is not None and kind.is_input


def title_of(now: Standing, key: str, users: Mapping[str, list[str]] | None = None) -> str:
    """Return what people call a form: its own title, else the steps that use it, else its key."""
    form = now.content.forms[key]
    own = form.get("title") if isinstance(form, Mapping) else None
    if isinstance(own, str) and own.strip():
        return own
    steps = ((now.users("formKey") if users is None else users) or {}).get(key, [])
    return (", " if now.english else "、").join(dict.fromkeys(steps)) or key


def is_fixed(now: Standing, key: str) -> bool:
    """Tell whether the program itself does something when this form is completed."""
    return key in ANSWERS and now.is_about_case


def needs(now: Standing, key: str) -> frozenset[str]:
    """Return the keys of the fields that the program reads from this form."""
    return ANSWERS[key].needs if is_fixed(now, key) else frozenset()


def form_of(now: Standing, key: str) -> Mapping[str, Any]:
    """Return one form.

    Raises:
        NotFound: the process has no such form, or it can't be read.
    """
    form = now.content.forms.get(key)
    if form is None:
        raise NotFound("“%(process)s”没有名为“%(form)s”的表单。", process=now.name, form=key)
    if faults := shape_faults(form):
        told = Sentence(faults[0][1], **faults[0][2])
        raise NotFound("表单“%(form)s”无法读取：%(reason)s", form=key, reason=told)
    found: Mapping[str, Any] = form
    return found


def problems(now: Standing, key: str) -> list[Finding]:
    """List all that is wrong with one form of a process."""
    return findings(key, now.content.forms[key], case=now.is_about_case)


def keep(now: Standing, key: str, form: Mapping[str, Any], actor: Actor) -> Draft:
    """Keep one form in the draft, whatever is wrong with it.

    Raises:
        NotAllowed: the actor is no analyst.
        DraftChanged: somebody kept the draft since *now*.
    """
    return standing.keep_forms(now, {**now.content.forms, key: form}, actor)


def begin(now: Standing, key: str, title: str, actor: Actor) -> str:
    """Begin an empty form and return its key.

    Raises:
        Invalid: key or title will not do.
    """
    key = _free_key(now, key)
    title = " ".join(title.split())
    if not 1 <= len(title) <= 60:
        raise Invalid(fields={"title": ["名称为1至60个字。"]})
    form = {"schemaVersion": 16, "type": "default", "id": key, "title": title, "components": []}
    keep(now, key, form, actor)
    return key


def copy(now: Standing, key: str, source: tuple[str, str], actor: Actor) -> str:
    """Copy a form of another process and return its key here.

    Raises:
        Invalid: there is no such form, or the key will not do.
    """
    process, form_key = source
    forms = next((one.forms for one in standing.elsewhere() if one.key == process), {})
    if form_key not in forms:
        raise Invalid(fields={"source": ["请选择要复制的表单。"]})
    key = _free_key(now, key or form_key)
    keep(now, key, {**forms[form_key], "id": key}, actor)
    return key


def take(now: Standing, key: str, text: bytes, actor: Actor) -> str:
    """Take a ``.form`` file in and return its key here.

    Raises:
        Invalid: it is no form, or holds components that this program doesn't know.
    """
    form = _read(text)
    key = _free_key(now, key or str(form.get("id") or ""))
    keep(now, key, {**form, "id": key}, actor)
    return key


def _read(text: bytes) -> Mapping[str, Any]:
    if len(text) > LARGEST:
        raise Invalid(fields={"file": ["表单过大，请拆成几张。"]})
    try:
        form = json.loads(text)
    except (ValueError, RecursionError):
        raise Invalid(fields={"file": ["文件不是有效的表单（JSON）。"]}) from None
    if faults := shape_faults(form):
        raise Invalid(fields={"file": [Sentence(faults[0][1], **faults[0][2])]})
    kinds = {str(line.component.get("type") or "—") for line in lines(form)}
    if strange := sorted(kinds - set(TYPES)):
        sentence = Sentence("文件里有本系统不支持的组件：%(types)s。", types=Listing(strange[:8]))
        raise Invalid(fields={"file": [sentence]})
    found: Mapping[str, Any] = form
    return found


def _free_key(now: Standing, key: str) -> str:
    if not KEY.fullmatch(key.strip()):
        raise Invalid(fields={"key": [_KEY_RULE]})
    if key.strip() in now.content.forms:
        raise Invalid(fields={"key": ["本流程已有这个标识的表单，请换一个。"]})
    return key.strip()


def drop(now: Standing, key: str, actor: Actor) -> Draft:
    """Delete a form that no step uses.

    Raises:
        NotAllowed: the drawing uses it.
    """
    require_analyst(actor)
    if key not in now.content.forms:
        raise NotFound("“%(process)s”没有名为“%(form)s”的表单。", process=now.name, form=key)
    users = now.users("formKey")
    if users is None:
        raise NotAllowed("流程图有误，看不出表单是否在用；请先改正流程图。")
    if users.get(key):
        steps = Listing(users[key])
        raise NotAllowed("表单正用于：%(steps)s。请先在流程图中改用别的表单。", steps=steps)
    rest = {name: form for name, form in now.content.forms.items() if name != key}
    return standing.keep_forms(now, rest, actor)
