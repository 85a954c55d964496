"""佐证材料: files that show what was done. Never deleted after they were submitted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.base import Base
from app.domain.people import User


class Evidence(Base):
    """One uploaded file. Its bytes lie in the file store under `stored_as`."""

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    #: The random name in the file store; the user's own name is only text.
    stored_as: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    #: ``None`` until a form that holds it was sent.
    case_id: Mapped[int | None] = mapped_column(ForeignKey("case.id"), index=True)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("task.id"), index=True)
    uploaded_at: Mapped[datetime]
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)

    uploaded_by: Mapped[User] = relationship()
