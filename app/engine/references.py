"""What a diagram says of itself and names beside itself."""

from collections.abc import Mapping

from app.engine.parsing import parse_xml

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"


def form_keys(xml: str) -> frozenset[str]:
    """Return the keys of the forms that the diagram names.

    Raises:
        InvalidDiagram: the text is not safe XML.
    """
    return frozenset(form_steps(xml))


def decision_keys(xml: str) -> frozenset[str]:
    """Return the ids of the decision tables that the diagram's steps name.

    Raises:
        InvalidDiagram: the text is not safe XML.
    """
    return frozenset(decision_steps(xml))


def form_steps(xml: str) -> Mapping[str, str]:
    """Return the id of the first step that each form is filled in at.

    Raises:
        InvalidDiagram: the text is not safe XML.
    """
    return _named(xml, "formKey")


def decision_steps(xml: str) -> Mapping[str, str]:
    """Return the id of the first step that asks each decision table.

    Raises:
        InvalidDiagram: the text is not safe XML.
    """
    return _named(xml, "decisionRef")


def _named(xml: str, attribute: str, says: str = "id") -> dict[str, str]:
    """Return what the first step that names each thing by an *attribute* says of itself."""
    key, found = f"{_CAMUNDA}{attribute}", dict[str, str]()
    for node in parse_xml(xml).iter():
        if value := node.get(key):
            found.setdefault(value, node.get(says, ""))
    return found


def process_properties(xml: str) -> Mapping[str, str]:
    """Return the properties of the diagram's process: ``subject``, ``variables``, ``starters``…

    Raises:
        InvalidDiagram: the text is not safe XML.
    """
    path = f"{_BPMN}process/{_BPMN}extensionElements/{_CAMUNDA}properties/{_CAMUNDA}property"
    found = parse_xml(xml).iterfind(path)
    return {node.get("name", ""): node.get("value", "") for node in found}


def process_name(xml: str) -> str:
    """Return what the drawing calls its process; empty if it says nothing.

    Raises:
        InvalidDiagram: the text is not safe XML.
    """
    return _process_attribute(xml, "name")


def process_id(xml: str) -> str:
    """Return the id of the drawing's process; empty if there is none.

    Raises:
        InvalidDiagram: the text is not safe XML.
    """
    return _process_attribute(xml, "id")


def _process_attribute(xml: str, name: str) -> str:
    processes = list(parse_xml(xml).iter(f"{_BPMN}process"))
    runs = [one for one in processes if one.get("isExecutable") == "true"] or processes
    return (runs[0].get(name) or "").strip() if runs else ""


def form_users(xml: str) -> Mapping[str, str]:
    """Return the name of the first step that each form is filled in at.

    Raises:
        InvalidDiagram: the text is not safe XML.
    """
    names = _named(xml, "formKey", "name")
    return {key: "".join(name.split()) for key, name in names.items()}


def process_documentation(xml: str) -> str:
    """Return what the drawing says its process is for; empty if it says nothing.

    Raises:
        InvalidDiagram: the text is not safe XML.
    """
    return (parse_xml(xml).findtext(f"{_BPMN}process/{_BPMN}documentation") or "").strip()
