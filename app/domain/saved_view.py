"""Views of the ledger that a person has kept: which columns, in which order, of which cases."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.base import Base


class SavedView(Base):
    """One view of one person, by its name; at most one of them is what the ledger opens with."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(40))
    #: What the address of the ledger holds while one looks at it: columns, order, narrowing.
    asked: Mapped[dict[str, Any]]
    is_default: Mapped[bool] = mapped_column(default=False)
    saved_at: Mapped[datetime]
