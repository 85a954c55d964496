"""The door for XML: what is no safe XML is refused with a sentence, before anything reads it."""

import pytest

from app.domain.errors import InvalidDiagram
from app.engine.parsing import MAX_BYTES, parse_xml

BOMB = "<!DOCTYPE a [<!ENTITY b 'x'><!ENTITY c '&b;&b;&b;&b;'>]><a>&c;</a>"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "xml_syntax"),
        ("<a>", "xml_syntax"),
        ("<a>\x01</a>", "xml_syntax"),
        ("<a>" * 3_000, "xml_syntax"),
        (BOMB, "xml_doctype"),
        ("<a><!DOCTYPE b></a>", "xml_doctype"),
        ('<?xml-stylesheet href="x"?><a/>', "xml_instruction"),
        ("<a><?php 1?></a>", "xml_instruction"),
        ("<a/><?late 1?>", "xml_instruction"),
        ("<?xml version='1.0' encoding='GBK'?><a/>", "xml_encoding"),
        ("<a>督导</a>".encode("gbk"), "xml_encoding"),
        ("<a/>".encode("utf-16"), "xml_encoding"),
        ("\ud800", "xml_encoding"),
        (b"<a>" + b" " * MAX_BYTES + b"</a>", "xml_size"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.startswith("xml_") else "",
)
def test_what_is_no_safe_xml_is_refused(text, code):
    with pytest.raises(InvalidDiagram) as refused:
        parse_xml(text)

    assert [problem.code for problem in refused.value.problems] == [code]
    assert refused.value.problems[0].message


@pytest.mark.parametrize(
    "text",
    ["<a>督导</a>", "\ufeff<a>督导</a>", '<?xml version="1.0" encoding="utf-8"?>\n<a>督导</a>'],
)
def test_utf_8_is_read_with_or_without_declaration(text):
    assert parse_xml(text).text == parse_xml(text.encode()).text == "督导"
