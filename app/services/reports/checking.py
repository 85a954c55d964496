"""Looking at a template that an office hands in: what sort of file, which names, a trial."""

from __future__ import annotations

import logging
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from docx import Document
from docxtpl import DocxTemplate
from lxml import etree

from app.domain.errors import Invalid, Sentence, TooLarge
from app.services.reports import naming, samples
from app.services.reports.rendering import render

log = logging.getLogger(__name__)

#: No template is larger, packed or unpacked.
LARGEST, UNPACKED = 5_000_000, 60_000_000
#: Faults that are told at once.
_TOLD = 20
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
#: Properties of a file that docxtpl fills in, too.
_PROPERTIES = ("author", "comments", "identifier", "language", "subject", "title")
_NO_WORD_FILE = "这不是 Word 文档（.docx）。请在 Word 或 WPS 中另存为 .docx 再上传。"


def check(template: bytes) -> None:
    """Check a template and fill it in once with made-up figures.

    Raises:
        TooLarge: no report needs so large a template.
        Invalid: it cannot be used; every fault is told with where it stands.
    """
    if len(template) > LARGEST:
        raise TooLarge("模板不超过 %(most)s MB。", most=LARGEST // 1_000_000)
    _require_word_file(template)
    found = list(_faults(template))
    if found:
        raise Invalid(
            "模板有 %(count)s 处错误，没有启用。", count=len(found), fields={"file": found[:_TOLD]}
        )
    _try_out(template)


def _require_word_file(template: bytes) -> None:
    try:
        with zipfile.ZipFile(BytesIO(template)) as packed:
            if sum(one.file_size for one in packed.infolist()) > UNPACKED:
                raise TooLarge("模板解压后过大。")
            names = set(packed.namelist())
            _require_plain(packed, names)
    except (zipfile.BadZipFile, KeyError, ValueError, etree.XMLSyntaxError) as error:
        raise Invalid(_NO_WORD_FILE) from error


def _require_plain(packed: zipfile.ZipFile, names: set[str]) -> None:
    """Refuse macros, and whatever Word would fetch from elsewhere when it opens the file."""
    if _MAIN.encode() not in packed.read("[Content_Types].xml"):
        raise Invalid(_NO_WORD_FILE)
    if any("vbaproject" in name.lower() for name in names):
        raise Invalid("模板含有宏，请另存为不含宏的 .docx。")
    for name in names:
        if name.endswith(".rels") and _reaches_out(packed.read(name)):
            raise Invalid("模板引用了外部文件（%(name)s），请改为嵌入。", name=name)


def _reaches_out(relations: bytes) -> bool:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return any(
        one.get("TargetMode") == "External" and not one.get("Type", "").endswith("/hyperlink")
        for one in etree.fromstring(relations, parser)
    )


def _faults(template: bytes) -> Iterator[Sentence]:
    try:
        made = DocxTemplate(BytesIO(template))
        made.init_docx()
    except Exception as error:  # a broken file is answered with whatever breaks first
        raise Invalid(_NO_WORD_FILE) from error
    for part, text in _texts(made):
        lines = text.split("\n")
        for fault in naming.faults(text):
            near = naming.words(lines[min(fault.line, len(lines)) - 1])[:40]
            yield Sentence(
                "%(part)s第 %(line)s 段“%(near)s”：%(what)s",
                part=part,
                line=max(fault.line - 1, 1),
                near=near,
                what=fault.what,
            )


def _texts(made: Any) -> Iterator[tuple[Sentence, str]]:
    """Yield all that is filled in, a paragraph a line, and what part of the file it is."""
    yield Sentence("正文"), _lined(made.patch_xml(made.get_xml()))
    for uri, name in (
        (made.HEADER_URI, Sentence("页眉")),
        (made.FOOTER_URI, Sentence("页脚")),
    ):
        for _, part in made.get_headers_footers(uri):
            yield name, _lined(made.patch_xml(made.get_part_xml(part)))
    for one in _PROPERTIES:
        yield Sentence("文档属性"), getattr(made.docx.core_properties, one) or ""
    for part in made.docx.part.package.iter_parts():
        if part.content_type.endswith("wordprocessingml.footnotes+xml"):
            yield Sentence("脚注"), _lined(made.patch_xml(part.blob.decode()))


def _lined(xml: str) -> str:
    return re.sub(r"<w:p([ >])", r"\n<w:p\1", xml.replace("\n", " "))


def _try_out(template: bytes) -> None:
    """Fill the template in with made-up figures and open what comes of it."""
    values, drawn = samples.values(), samples.drawings()
    try:
        Document(BytesIO(render(template, values, drawn)))
    except Exception as error:  # a template can break anything; the log tells what
        log.warning("a template cannot be filled in", exc_info=error)
        told = Sentence("试填模板时出错：%(why)s", why=str(error)[:200])
        raise Invalid("模板不能使用。", fields={"file": [told]}) from error
