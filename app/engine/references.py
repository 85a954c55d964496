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
    key = f"{_CAMUNDA}formKey"
    return frozenset(value for node in parse_xml(xml).iter() if (value := node.get(key)))


def process_properties(xml: str) -> Mapping[str, str]:
    """Return the properties of the diagram's process: ``subject``, ``variables``, ``name_en``.

    Raises:
        InvalidDiagram: the text is not safe XML.
    """
    path = f"{_BPMN}process/{_BPMN}extensionElements/{_CAMUNDA}properties/{_CAMUNDA}property"
    found = parse_xml(xml).iterfind(path)
    return {node.get("name", ""): node.get("value", "") for node in found}
