"""账号变更: who changed whose account or which unit, when and how. Lines are only added."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.base import Base


class AccountChange(Base):
    """One change of an account or a unit, for the audit administrator to read."""

    __tablename__ = "account_change"
    __table_args__ = (Index("ix_account_change_county_id", "county_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    #: Whose administrators read it; ``None`` while there is no county.
    county_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    #: The person, by name as it was; ``None`` and empty at the command line.
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    by_name: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    #: The person or unit it was done to, by name as it was.
    whom: Mapped[str] = mapped_column(String(80))
    #: The kind of change; `app.sayings` has its sentence.
    what: Mapped[str] = mapped_column(String(32))
    params: Mapped[dict[str, Any]]
