"""E-mail, handed to the mail server of the settings."""

from __future__ import annotations

import re
import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.utils import format_datetime, formataddr

from app.clock import LOCAL, utcnow
from app.services._transports.port import Sending, Undeliverable
from config.outgoing import Smtp

#: Of each exchange with the server.
SECONDS = 10
_MAILBOX = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}")


class Mail:
    """A `Transport` by SMTP."""

    def __init__(self, smtp: Smtp) -> None:
        self._smtp = smtp

    def check(self, address: str, secret: str) -> None:
        """Refuse what is no plain mailbox: one of them, without a name, in ASCII."""
        if not _MAILBOX.fullmatch(address):
            raise Undeliverable("no_mailbox", lasting=True)

    def send(self, sending: Sending) -> None:
        """Hand the letter over; the server's own words about a refusal are kept."""
        self.check(sending.address, sending.secret)
        try:
            self._hand_over(self._letter(sending))
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            raise _refused("recipient_refused", code, text) from None
        except smtplib.SMTPAuthenticationError as error:
            raise Undeliverable("mail_login", _told(error.smtp_code, error.smtp_error)) from None
        except smtplib.SMTPResponseException as error:
            raise _refused("mail_refused", error.smtp_code, error.smtp_error) from None
        except ssl.SSLError as error:
            raise Undeliverable("tls", error.reason or "") from None
        except TimeoutError:
            raise Undeliverable("timeout") from None
        except (OSError, smtplib.SMTPException) as error:
            raise Undeliverable("mail_unreachable", type(error).__name__) from None

    def _hand_over(self, letter: EmailMessage) -> None:
        smtp, server = self._smtp, self._connected()
        try:
            if smtp.user:
                server.login(smtp.user, smtp.password)
            server.send_message(letter)
            with suppress(OSError, smtplib.SMTPException):
                server.quit()  # it is taken, however the goodbye goes
        finally:
            server.close()

    def _connected(self) -> smtplib.SMTP:
        smtp, context = self._smtp, ssl.create_default_context()
        us = smtp.sender.rpartition("@")[2]
        if smtp.tls == "tls":
            return smtplib.SMTP_SSL(smtp.host, smtp.port, us, timeout=SECONDS, context=context)
        server = smtplib.SMTP(smtp.host, smtp.port, us, timeout=SECONDS)
        if smtp.tls == "starttls":
            try:
                server.starttls(context=context)
            except BaseException:
                server.close()
                raise
        return server

    def _letter(self, sending: Sending) -> EmailMessage:
        letter = EmailMessage()
        letter["From"] = formataddr(("销号台", self._smtp.sender))
        letter["To"] = sending.address
        letter["Subject"] = " ".join(sending.message.title.split())
        letter["Date"] = format_datetime(utcnow().astimezone(LOCAL))
        # The same for the same key: mail programs show such a letter once.
        letter["Message-ID"] = f"<{sending.key}@{self._smtp.sender.rpartition('@')[2]}>"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(sending.message.text)
        return letter


def _refused(fault: str, code: int, text: bytes | str) -> Undeliverable:
    """A refusal by 5xx stands; one by 4xx passes."""
    return Undeliverable(fault, _told(code, text), lasting=500 <= code < 600)


def _told(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"{code} {words}"
