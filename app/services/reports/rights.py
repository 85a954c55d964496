"""Who makes reports and who reads them."""

from __future__ import annotations

from app.domain.errors import NotAllowed
from app.domain.people import Actor
from app.domain.vocabulary import Role

MAKERS = (Role.OFFICE, Role.OFFICE_HEAD)
READERS = (*MAKERS, Role.CHIEF, Role.COMMITTEE)


def may_make(actor: Actor) -> bool:
    """Tell whether the person makes reports."""
    return actor.has(*MAKERS)


def may_read(actor: Actor) -> bool:
    """Tell whether the person reads reports."""
    return actor.has(*READERS)


def require_maker(actor: Actor) -> None:
    """Let only the office pass.

    Raises:
        NotAllowed: it is somebody else.
    """
    if not may_make(actor):
        raise NotAllowed("统计报告由督导办编制。")


def require_reader(actor: Actor) -> None:
    """Let the office, the chief inspector and the committee pass.

    Raises:
        NotAllowed: it is somebody else.
    """
    if not may_read(actor):
        raise NotAllowed("统计报告由督导办、总督学和督委会查阅。")
