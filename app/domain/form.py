"""The shape of a form definition: form-js JSON, as far as the domain needs to know it."""

from collections.abc import Iterator, Mapping
from typing import Any


def components(form: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the fields of *form*, those inside groups too; a table counts as one field."""
    for component in form.get("components", ()):
        if component.get("type") == "group":
            yield from components(component)
        elif "key" in component:
            yield component


def variables_in(form: Mapping[str, Any]) -> dict[str, str]:
    """Return which variables the form declares: variable name → field key."""
    return {
        component["properties"]["variable"]: component["key"]
        for component in components(form)
        if component.get("properties", {}).get("variable")
    }


def declared(form: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Take from *answers* what may enter the process: the declared variables and nothing else."""
    return {
        variable: answers[key]
        for variable, key in variables_in(form).items()
        if answers.get(key) is not None
    }


def evidence_ids(form: Mapping[str, Any], answers: Mapping[str, Any]) -> list[int]:
    """Return the ids of the files that *answers* hold."""
    found: list[int] = []
    for component in components(form):
        if component["type"] == "filepicker":
            value = answers.get(component["key"]) or []
            found += [int(one) for one in (value if isinstance(value, list) else [value])]
    return found
