"""Signed bundles: a version with its forms and tables, and the proof of who gave it out.

A zip file with ``manifest.json``, which holds the digest of every other file, and
``manifest.sig``, the office's signature under it. Whatever is changed, added or left out shows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.clock import utcnow
from app.domain.design_terms import APPROVED_ONCE
from app.domain.errors import Invalid, WrongStage
from app.domain.people import Actor
from app.domain.process import Diagram
from app.services.design import archives, signers
from app.services.diagrams import Bundle

FORMAT, FORMAT_VERSION = "xiaohao-diagram", 1
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"


class BadSeal(Invalid):
    """签名包的格式不正确。"""

    code = "bundle/format"


class Changed(BadSeal):
    """签名包的内容在签署后被改动。"""

    code = "bundle/changed"


class UnknownSigner(BadSeal):
    """签署者不在信任名单中。"""

    code = "bundle/unknown_signer"


@dataclass(frozen=True, slots=True)
class Seal:
    """What a signed bundle says of itself; true once its signature was verified."""

    key: str
    version: int
    name: str
    #: Why the version was made, where it comes from.
    why: str
    made_at: str
    sealed_at: str
    signer: str
    public_key: str

    @property
    def fingerprint(self) -> str:
        """The key in a form to be read aloud."""
        return signers.fingerprint(self.public_key)


def files_of(bundle: Bundle) -> dict[str, bytes]:
    """Return the files that a bundle is made of, by where they lie."""
    forms = {
        f"forms/{key}.form": json.dumps(form, ensure_ascii=False, indent=2).encode()
        for key, form in sorted(bundle.forms.items())
    }
    tables = {f"{key}.dmn": text.encode() for key, text in sorted(bundle.decisions.items())}
    return {f"{bundle.key}.bpmn": bundle.xml.encode(), **forms, **tables}


def seal(version: Diagram, bundle: Bundle, actor: Actor | None) -> bytes:
    """Return a version as a file that says who gave it out; without an actor, at the console.

    Raises:
        WrongStage: nobody has approved the version, so our office does not stand by it.
    """
    if version.state not in APPROVED_ONCE:
        raise WrongStage("第%(version)s版尚未审核通过，不能签署导出。", version=version.version)
    files, office = files_of(bundle), signers.own()
    manifest = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "key": version.key,
        "version": version.version,
        "name": version.name,
        "why": version.note,
        "made_at": version.created_at.isoformat(),
        "author": version.author.name if version.author else "",
        "approver": version.approver.name if version.approver else "",
        "sealed_at": utcnow().isoformat(),
        "sealed_by": actor.name if actor else "",
        "signer": {"name": office.name, "public_key": office.public_key},
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
    return archives.packed(
        {MANIFEST: text, SIGNATURE: signers.sign(text, office).encode(), **files}
    )


def is_sealed(files: Mapping[str, bytes]) -> bool:
    """Tell whether an archive means to be a signed bundle."""
    return MANIFEST in files or SIGNATURE in files


def opened(files: Mapping[str, bytes]) -> tuple[Seal, dict[str, bytes]]:
    """Return what a signed bundle says of itself, and its files, once all of it is proven.

    Raises:
        BadSeal: it is no signed bundle of a format that we know.
        Changed: something in it is not what was signed.
    """
    text, signature = files.get(MANIFEST), files.get(SIGNATURE)
    if text is None or signature is None:
        raise BadSeal("签名包缺少 %(name)s。", name=MANIFEST if text is None else SIGNATURE)
    manifest = _manifest(text)
    seal = _seal(manifest)
    if not signers.is_signed(text, signature.decode("ascii", "replace").strip(), seal.public_key):
        raise Changed("签名与 %(name)s 不符：内容在签署后被改动。", name=MANIFEST)
    content = {name: one for name, one in files.items() if name not in (MANIFEST, SIGNATURE)}
    _compare(content, manifest["files"])
    return seal, content


def require_trusted(seal: Seal) -> None:
    """Let only what an office signed pass that we trust.

    Raises:
        UnknownSigner: we don't know the key; its fingerprint is told.
    """
    if signers.of_key(seal.public_key) is None:
        template = "签名有效，但签署者“%(name)s”（指纹 %(print)s）不在信任名单中。"
        raise UnknownSigner(template, name=seal.signer, print=seal.fingerprint)


def _manifest(text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadSeal("%(name)s 不是有效的JSON。", name=MANIFEST) from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise BadSeal("%(name)s 不是流程签名包的清单。", name=MANIFEST)
    if found.get("format_version") != FORMAT_VERSION:
        template = "签名包的格式版本是 %(version)s，本系统只认 %(known)s，请升级系统后再导入。"
        version = str(found.get("format_version"))[:20]
        raise BadSeal(template, version=version, known=FORMAT_VERSION)
    return found


def _seal(manifest: Mapping[str, Any]) -> Seal:
    signer, version = manifest.get("signer"), manifest.get("version")
    texts = {name: manifest.get(name) for name in ("key", "name", "why", "made_at", "sealed_at")}
    is_whole = all(isinstance(one, str) for one in texts.values())
    is_whole = is_whole and isinstance(manifest.get("files"), dict)
    if not is_whole or not isinstance(signer, dict) or not isinstance(version, int):
        raise BadSeal("%(name)s 的内容不完整。", name=MANIFEST)
    return Seal(
        **{name: str(one)[:1000] for name, one in texts.items()},
        version=version,
        signer=str(signer.get("name") or "")[:120],
        public_key=str(signer.get("public_key") or "")[:120],
    )


def _compare(content: Mapping[str, bytes], digests: Mapping[str, Any]) -> None:
    """Refuse what is not, file by file, what was signed."""
    for name in sorted(digests.keys() | content.keys()):
        if name not in content:
            raise Changed("签名包缺少文件“%(name)s”。", name=name[:200])
        if name not in digests:
            raise Changed("签名包中多出文件“%(name)s”，签署时没有它。", name=name[:200])
        if hashlib.sha256(content[name]).hexdigest() != digests[name]:
            raise Changed("文件“%(name)s”在签署后被改动。", name=name[:200])
