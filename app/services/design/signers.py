"""Whose signature counts: our own office's key, and those of offices that we trust.

A signature says which office gave a diagram out, and that nobody changed it since. Ed25519, because
a secret that two offices share would prove nothing of either.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, undefer

from app.clock import utcnow
from app.db import db, transaction
from app.domain.design import Signer
from app.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from app.domain.people import Actor, Unit
from app.domain.vocabulary import Role, UnitKind

LENGTH = 32


def fingerprint(public_key: str) -> str:
    """Return what two people read to each other to make sure that they mean the same key."""
    digest = hashlib.sha256(public_key.encode()).hexdigest()[:32]
    return " ".join(digest[at : at + 4] for at in range(0, 32, 4))


def own() -> Signer:
    """Return our own office's key, made when it is first asked for."""
    found = _own(db.session())
    if found is not None:
        return found
    with transaction() as session:
        return _own(session) or _make(session)


def _own(session: Session) -> Signer | None:
    query = select(Signer).where(Signer.private_key.is_not(None)).order_by(Signer.id)
    return session.scalars(query.options(undefer(Signer.private_key)).limit(1)).first()


def _make(session: Session) -> Signer:
    key = Ed25519PrivateKey.generate()
    made = Signer(
        name=_office(session),
        public_key=_text(key.public_key().public_bytes_raw()),
        private_key=_text(key.private_bytes_raw()),
        trusted_at=utcnow(),
    )
    session.add(made)
    session.flush()
    return made


def _office(session: Session) -> str:
    """Return what the office is called; what stands in for it where there is none yet."""
    query = select(Unit.name).filter_by(kind=UnitKind.OFFICE).order_by(Unit.id).limit(1)
    return session.scalar(query) or "督导办"


def sign(content: bytes, office: Signer) -> str:
    """Return our *own* office's signature under *content*."""
    key = Ed25519PrivateKey.from_private_bytes(b64decode(office.private_key or ""))
    return _text(key.sign(content))


def is_signed(content: bytes, signature: str, public_key: str) -> bool:
    """Tell whether the owner of a key signed *content*, and nothing else than it."""
    try:
        key = Ed25519PublicKey.from_public_bytes(_bytes(public_key))
        key.verify(b64decode(signature, validate=True), content)
    except (InvalidSignature, Invalid, ValueError):
        return False
    return True


def of_key(public_key: str) -> Signer | None:
    """Return the trusted office that a key belongs to."""
    return db.session.scalars(select(Signer).filter_by(public_key=public_key)).first()


def listing() -> list[Signer]:
    """List the offices that we trust, our own first."""
    return list(db.session.scalars(select(Signer).order_by(Signer.id)))


def trust(public_key: str, name: str, actor: Actor | None) -> Signer:
    """Trust an office's signature from now on; without an actor it is done at the console.

    Raises:
        NotAllowed: the actor does not head the office.
        Invalid: the key is none, or the name is missing.
        Conflict: it is trusted already.
    """
    _require_head(actor)
    key, said = public_key.strip(), " ".join(name.split())
    _bytes(key)
    if not 2 <= len(said) <= 60 or not said.isprintable():
        raise Invalid(fields={"name": ["名称为2至60个字。"]})
    with transaction() as session:
        made = Signer(name=said, public_key=key, trusted_at=utcnow())
        made.trusted_by_id = actor.id if actor else None
        session.add(made)
        try:
            session.flush()
        except IntegrityError as error:
            raise Conflict("这个公钥已在信任名单中。") from error
        return made


def distrust(signer_id: int, actor: Actor) -> None:
    """Trust an office's signature no longer; what was imported stays.

    Raises:
        NotAllowed: the actor does not head the office.
        NotFound: there is no such office, or it is our own.
    """
    _require_head(actor)
    with transaction() as session:
        found = session.get(Signer, signer_id)
        if found is None or found.private_key is not None:
            raise NotFound
        session.delete(found)


def _require_head(actor: Actor | None) -> None:
    if actor is not None and not actor.has(Role.OFFICE_HEAD):
        raise NotAllowed("信任哪些单位的签名由督导办主任决定。")


def _bytes(public_key: str) -> bytes:
    try:
        raw = b64decode(public_key, validate=True)
    except ValueError:
        raw = b""
    if len(raw) != LENGTH:
        raise Invalid(fields={"public_key": ["公钥须是对方系统给出的44个字符。"]})
    return raw


def _text(raw: bytes) -> str:
    return b64encode(raw).decode()
