"""What a delivery holds: whether there still is something to send, and in which words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy.orm import Session

from app.domain.notice import Delivery, Message, Notice, Subscription
from app.domain.people import User
from app.services import digests

#: How the keys of messages begin that somebody sends to try out an address.
TEST = "test:"


class Writer(Protocol):
    """Who puts things into words, in the language of whom they are for."""

    def notice(self, notice: Notice, user: User) -> Message:
        """Word one notice."""

    def digest(self, notices: Sequence[Notice], user: User) -> Message:
        """Word all that is unread."""

    def test(self, user: User) -> Message:
        """Word a message that only tries out an address."""


class NothingToSend(Exception):
    """A delivery need not be sent any more; the reason is one of `FAULTS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def is_test(delivery: Delivery) -> bool:
    """Tell whether a delivery only tries out an address."""
    return delivery.key.startswith(TEST)


def worded(
    session: Session, delivery: Delivery, *, subscription: Subscription, write: Writer
) -> Message:
    """Put a delivery into words.

    Raises:
        NothingToSend: it has been read, or is not wanted any more.
    """
    user = session.get_one(User, delivery.user_id, populate_existing=True)
    if not user.active:
        raise NothingToSend("account_closed")
    if is_test(delivery):
        return write.test(user)
    if delivery.notice_id is None:
        unread = digests.unread(session, delivery, subscription)
        if not unread:
            raise NothingToSend("nothing_unread")
        return write.digest(unread, user)
    notice = session.get_one(Notice, delivery.notice_id, populate_existing=True)
    if notice.read_at is not None:
        raise NothingToSend("read")
    if notice.what in subscription.muted:
        raise NothingToSend("muted")
    return write.notice(notice, user)
