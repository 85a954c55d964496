"""What was changed of accounts and units, said in the reader's language."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext

from app import sayings
from app.domain.account_change import AccountChange
from app.domain.vocabulary import Role
from app.texts import label, listed


def told(line: AccountChange) -> str:
    """Say what a line of the record tells; what is empty is a dash."""
    params = {name: _word(value) for name, value in line.params.items()}
    return gettext(sayings.ACCOUNT_CHANGES[line.what]) % params


def _word(value: Any) -> str:
    if isinstance(value, list):
        return listed(label(Role(role)) for role in value) or gettext("无")
    return str(value) if value != "" else gettext("无")
