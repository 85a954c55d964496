"""Ways out of the program: each sends one message to one address, or says why it could not.

Shared by the services. What comes back from outside is told in our own words; of theirs, only a
short printable piece is kept, and addresses, which hold keys, never.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.vocabulary import Channel
from app.services._transports.mail import Mail
from app.services._transports.port import Sending, Transport, Undeliverable
from app.services._transports.posting import Poster
from app.services._transports.robots import DingTalk, WeCom
from app.services._transports.webhook import Webhook
from config.outgoing import Outgoing

__all__ = ["Sending", "Transport", "Undeliverable", "transports"]


def transports(outgoing: Outgoing) -> Mapping[Channel, Transport]:
    """Return the ways out that the settings allow; without a mail server there is no e-mail."""
    poster = Poster(outgoing.hosts)
    found: dict[Channel, Transport] = {
        Channel.WECOM: WeCom(poster),
        Channel.DINGTALK: DingTalk(poster),
        Channel.WEBHOOK: Webhook(poster),
    }
    if outgoing.smtp is not None:
        found[Channel.EMAIL] = Mail(outgoing.smtp)
    return found
