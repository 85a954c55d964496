"""The hook through which the package's messages are translated."""

from typing import Any

from flask_babel import gettext, lazy_gettext


def _(text: str, **params: object) -> str:
    """Return *text* in the reader's language; outside a request, as it stands."""
    return str(gettext(text, **params))


def later(text: str, **params: object) -> Any:
    """Return *text* to be translated only when it is shown: for what outlives a request."""
    return lazy_gettext(text, **params)
