"""What every way out promises."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from app.domain.notice import Message

#: Of what others say about a failure.
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Sending:
    """One message on its way."""

    #: The same each time that it is sent, so that the receiver can drop what it has had before.
    key: str
    #: Neither is shown where a sending is printed: the address of a robot holds its key.
    address: str = field(repr=False)
    secret: str = field(repr=False)
    message: Message


class Undeliverable(Exception):
    """A message could not be sent: which fault of `app.messages`, and what the other side said."""

    def __init__(self, fault: str, detail: str = "", *, lasting: bool = False) -> None:
        super().__init__(fault)
        self.fault = fault
        self.detail = "".join(one for one in detail if one.isprintable())[:_LONGEST]
        #: Whether trying again is no use.
        self.lasting = lasting

    def __str__(self) -> str:
        """Return what is kept with the delivery."""
        return f"{self.fault}: {self.detail}" if self.detail else self.fault


class Transport(Protocol):
    """A way out."""

    def check(self, address: str, secret: str) -> None:
        """Raise `Undeliverable` for what can be no address here, without going anywhere."""

    def send(self, sending: Sending) -> None:
        """Send.

        Raises:
            Undeliverable: it was not taken.
        """
