"""Signed bundles: who gave a diagram out, that nobody changed it, and what becomes of it here."""

import hashlib
import io
import json
import zipfile
from base64 import b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.cli.diagrams import process
from app.domain.design_terms import DiagramAct
from app.domain.errors import (
    Conflict,
    DraftChanged,
    Invalid,
    InvalidDiagram,
    NotAllowed,
    NotFound,
    WrongStage,
)
from app.domain.vocabulary import DiagramState
from app.services import diagrams
from app.services.design import (
    archives,
    drafts,
    exports,
    imports,
    incoming,
    overview,
    publishing,
    signers,
)
from app.services.design.archives import BadArchive
from app.services.design.sealed import BadSeal, Changed, UnknownSigner

KEY = "expediting"
NEIGHBOUR = Ed25519PrivateKey.from_private_bytes(b"7" * 32)
PUBLIC = b64encode(NEIGHBOUR.public_key().public_bytes_raw()).decode()


@pytest.fixture
def analyst(actor):
    return actor("fenxi")


@pytest.fixture
def head(actor):
    return actor("chenjianguo")


def given_out(analyst):
    return archives.unpacked(exports.signed_bundle(KEY, 1, analyst))


def of_neighbour(files, **changes):
    """Return the same bundle as the neighbouring county would have made and signed it."""
    manifest = json.loads(files["manifest.json"]) | changes
    drawing = f"{KEY}.bpmn"
    files = files | {drawing: files[drawing].replace("督办函".encode(), "催办函".encode(), 1)}
    manifest["signer"] = {"name": "邻县督导办", "public_key": PUBLIC}
    manifest["files"][drawing] = hashlib.sha256(files[drawing]).hexdigest()
    text = json.dumps(manifest, ensure_ascii=False).encode()
    signature = b64encode(NEIGHBOUR.sign(text))
    return files | {"manifest.json": text, "manifest.sig": signature}


def read(files):
    return incoming.read(archives.packed(files), "bundle.zip")


def test_what_a_trusted_office_signed_waits_for_a_second_person(analyst, head):
    signers.trust(PUBLIC, "邻县督导办", head)

    found = read(of_neighbour(given_out(analyst), why="省里新规定"))
    made = imports.as_version(found, analyst)

    assert (made.version, made.state, made.note) == (2, DiagramState.DRAFT, "省里新规定")
    (event, *_) = overview.history(KEY, 2)
    assert event.act is DiagramAct.IMPORTED
    assert event.note.startswith(f"邻县督导办（{signers.fingerprint(PUBLIC)}）v1")
    with pytest.raises(NotAllowed):
        publishing.approve(KEY, 2, analyst)
    assert publishing.approve(KEY, 2, head).state is DiagramState.PUBLISHED


def test_an_unknown_signature_is_told_with_its_fingerprint_and_makes_a_draft_only(analyst):
    found = read(of_neighbour(given_out(analyst)))

    with pytest.raises(UnknownSigner, match=signers.fingerprint(PUBLIC)):
        imports.as_version(found, analyst)
    assert imports.as_draft(found, analyst, key=KEY, name="", revision=0).key == KEY


def test_a_changed_file_is_named(analyst):
    files = given_out(analyst)
    name = next(name for name in files if name.startswith("forms/"))

    with pytest.raises(Changed, match=name):
        read(files | {name: files[name] + b" "})
    with pytest.raises(Changed, match=f"缺少文件“{name}”"):
        read({key: one for key, one in files.items() if key != name})
    with pytest.raises(Changed, match=r"多出文件“more\.dmn”"):
        read(files | {"more.dmn": b"<a/>"})


def test_a_changed_manifest_or_signature_is_told(analyst):
    files = given_out(analyst)
    manifest = files["manifest.json"].replace(b'"version": 1', b'"version": 7')

    with pytest.raises(Changed, match=r"manifest\.json"):
        read(files | {"manifest.json": manifest})
    with pytest.raises(Changed):
        read(files | {"manifest.sig": b"AAAA"})
    with pytest.raises(BadSeal, match=r"缺少 manifest\.sig"):
        read({key: one for key, one in files.items() if key != "manifest.sig"})


@pytest.mark.parametrize(
    ("manifest", "says"),
    [
        (b"{", "不是有效的JSON"),
        (b"[]", "不是流程签名包的清单"),
        (b'{"format": "xiaohao-diagram", "format_version": 9}', "格式版本是 9"),
        (b'{"format": "xiaohao-diagram", "format_version": 1}', "内容不完整"),
    ],
)
def test_a_wrong_format_is_told(app, manifest, says):
    with pytest.raises(BadSeal, match=says):
        read({"manifest.json": manifest, "manifest.sig": b"x", "a.bpmn": b"<a/>"})


def test_our_own_bundle_is_nothing_new_here(analyst):
    found = read(given_out(analyst))

    assert found.can_be_version
    with pytest.raises(Invalid, match="相同"):
        imports.as_version(found, analyst)


def test_a_version_that_nobody_approved_is_not_signed(analyst, head):
    signers.trust(PUBLIC, "邻县督导办", head)
    imports.as_version(read(of_neighbour(given_out(analyst))), analyst)

    with pytest.raises(WrongStage):
        exports.signed_bundle(KEY, 2, analyst)


def test_a_signed_bundle_with_errors_is_refused_as_a_version(analyst, head):
    signers.trust(PUBLIC, "邻县督导办", head)
    files = given_out(analyst)
    drawing = f"{KEY}.bpmn"
    broken = files[drawing].replace(b'camunda:candidateGroups="', b'camunda:candidateGroups="no_')

    found = read(of_neighbour(files | {drawing: broken}))

    assert not found.can_be_version
    with pytest.raises(InvalidDiagram):
        imports.as_version(found, analyst)


def test_only_the_head_of_the_office_decides_whom_to_trust(analyst, head):
    with pytest.raises(NotAllowed):
        signers.trust(PUBLIC, "邻县督导办", analyst)
    made = signers.trust(PUBLIC, "邻县督导办", head)
    with pytest.raises(Conflict):
        signers.trust(PUBLIC, "又一次", head)
    with pytest.raises(Invalid):
        signers.trust("abc", "邻县督导办", head)

    signers.distrust(made.id, head)

    assert signers.of_key(PUBLIC) is None
    with pytest.raises(NotFound):
        signers.distrust(signers.own().id, head)


def test_the_office_keeps_its_key(analyst):
    assert signers.own().public_key == signers.own().public_key
    assert [one.is_own for one in signers.listing()] == [True]


def test_only_analysts_import(analyst, head):
    found = read(given_out(analyst))

    with pytest.raises(NotAllowed):
        imports.as_version(found, head)
    with pytest.raises(NotAllowed):
        imports.as_draft(found, head, key=KEY, name="")


def test_a_draft_that_somebody_kept_meanwhile_is_not_overwritten(analyst):
    found = read(given_out(analyst))
    kept = drafts.keep(KEY, analyst, revision=0, xml=diagrams.get(KEY, 1).xml + "<!-- -->")

    with pytest.raises(DraftChanged):
        imports.as_draft(found, analyst, key=KEY, name="", revision=0)
    imports.as_draft(found, analyst, key=KEY, name="", revision=kept.revision)

    assert drafts.get(KEY).xml == diagrams.get(KEY, 1).xml
    assert next(one.note for one in drafts.saves(KEY)) == "⇩ bundle.zip"


def zipped(*entries):
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            # A moment of its own: workers of the test run must collect the same.
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return whole.getvalue()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (zipped(("../a.bpmn", b"x")), "不安全"),
        (zipped(("/etc/a.bpmn", b"x")), "不安全"),
        (zipped(("c:\\a.bpmn", b"x")), "不安全"),
        (zipped(("a.bpmn", bytes(3_000_000))), "解压后过大"),
        (zipped(*((f"{n}.bpmn", bytes(1_900_000)) for n in range(8))), "解压后过大"),
        (zipped(*((f"{n}.txt", b"") for n in range(201))), "超过 200 个"),
        (zipped(("a.bpmn", b"x"))[:40], "无法读取"),
        (zipped(("a/b.form", b"{}"), ("c/b.form", b"{}")), "两个文件都叫“b”"),
        (zipped(("a.bpmn", b"<a/>"), ("b.bpmn", b"<a/>")), "一次只能导入一个流程图"),
    ],
)
def test_hostile_archives_are_refused(app, data, says):
    with pytest.raises(Invalid, match=says) as refused:
        incoming.read(data, "a.zip")

    assert refused.value.code in ("file/archive", "file/kind")


def test_an_encrypted_archive_is_refused(app):
    data = bytearray(zipped(("a.bpmn", b"x")))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1

    with pytest.raises(BadArchive, match="加密"):
        incoming.read(bytes(data), "a.zip")


def test_bundles_go_out_and_come_in_at_the_console(app, analyst, tmp_path):
    run = app.test_cli_runner()
    file = tmp_path / "bundle.zip"

    assert run.invoke(process, ["export", KEY, str(file)]).exit_code == 0
    assert run.invoke(process, ["export", KEY, "1", str(file)]).exit_code == 0
    assert run.invoke(process, ["export", KEY, "x", str(file)]).exit_code == 2
    assert run.invoke(process, ["trust", PUBLIC, "邻县督导办"]).exit_code == 0
    file.write_bytes(archives.packed(of_neighbour(archives.unpacked(file.read_bytes()))))
    came = run.invoke(process, ["import", str(file)])

    assert came.output == "expediting v2：待审核\n"
    assert overview.versions(KEY)[0].author is None
