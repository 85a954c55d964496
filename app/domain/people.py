"""Units, the people in them, and what they may see and do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.base import Base
from app.domain.vocabulary import Role, UnitKind

#: Roles that act for their own unit; all others act for the whole county.
UNIT_ROLES = frozenset({Role.UNIT_CLERK, Role.UNIT_OWNER, Role.UNIT_HEAD, Role.DEPARTMENT})
#: Roles that see every case of the county.
COUNTY_ROLES = frozenset(
    {Role.OFFICE, Role.OFFICE_HEAD, Role.CHIEF, Role.COMMITTEE, Role.TEAM, Role.INSPECTOR}
)

MAX_FAILURES = 5
LOCK_FOR = timedelta(minutes=30)
IDLE_FOR = timedelta(minutes=30)
LASTS_FOR = timedelta(hours=12)


class Unit(Base):
    """A body in the tree county › departments, towns › schools."""

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[UnitKind]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    #: Ids from the root to this unit, ``/1/7/31/``: a subtree is a prefix.
    path: Mapped[str] = mapped_column(String(200), default="", index=True)
    #: The department that supervises a school; ``None`` where the county itself does.
    department_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    #: 责任督学: who looks after a school, day by day.
    inspector_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", use_alter=True, name="fk_unit_inspector_id_user")
    )
    active: Mapped[bool] = mapped_column(default=True)
    #: Of a county: by which province's time limits it works, a file of ``config/rules``.
    rule_set: Mapped[str] = mapped_column(String(32), default="default")
    #: Of a county: what the numbers of its own cases begin with, and its 机关代字 of 督办函.
    case_prefix: Mapped[str | None] = mapped_column(String(8))
    letter_prefix: Mapped[str | None] = mapped_column(String(20))

    parent: Mapped[Unit | None] = relationship(remote_side=[id], foreign_keys=[parent_id])
    department: Mapped[Unit | None] = relationship(remote_side=[id], foreign_keys=[department_id])
    inspector: Mapped[User | None] = relationship(foreign_keys=[inspector_id], post_update=True)

    @property
    def county_id(self) -> int:
        """The id of the county this unit belongs to: the root of its path."""
        return county_of(self.path)


def county_of(path: str) -> int:
    """Return the id of the county at the root of a unit's path."""
    return int(path.split("/")[1])


class User(Base):
    """A person with an account."""

    __tablename__ = "user"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(64))
    #: Argon2id, with its parameters.
    password_hash: Mapped[str] = mapped_column(String(200))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    active: Mapped[bool] = mapped_column(default=True)
    locale: Mapped[str | None] = mapped_column(String(16))
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    #: Since somebody else chose the password, until the person has chosen one.
    must_change_password: Mapped[bool] = mapped_column(default=False)

    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id])
    grants: Mapped[list[Grant]] = relationship(
        back_populates="user", cascade="all, delete-orphan", order_by="Grant.role"
    )

    @property
    def roles(self) -> frozenset[Role]:
        """The roles this person holds."""
        return frozenset(grant.role for grant in self.grants)

    def fail_login(self, at: datetime) -> None:
        """Count a wrong password; lock the account for a while after too many."""
        self.failures += 1
        if self.failures >= MAX_FAILURES:
            self.locked_until, self.failures = at + LOCK_FOR, 0

    def is_locked(self, at: datetime) -> bool:
        """Tell whether too many wrong passwords were tried lately."""
        return self.locked_until is not None and at < self.locked_until


class Grant(Base):
    """One role of one person."""

    __tablename__ = "grant"
    __table_args__ = (UniqueConstraint("user_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    role: Mapped[Role] = mapped_column(index=True)

    user: Mapped[User] = relationship(back_populates="grants")


class Login(Base):
    """A signed-in browser or program: revocable, with an end. The token itself isn't kept."""

    __tablename__ = "login"

    #: SHA-256 of the token.
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(8))  # web or api
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as services see a person: no session, no request."""

    id: int
    username: str
    name: str
    unit_id: int
    unit_path: str
    unit_name: str
    roles: frozenset[Role]
    locale: str | None = None
    #: Whether nothing else is to be done before a password of one's own is chosen.
    must_change_password: bool = False

    @classmethod
    def of(cls, user: User) -> Actor:
        """Take what services need from *user*."""
        of_unit = (user.unit.id, user.unit.path, user.unit.name)
        return cls(user.id, user.username, user.name, *of_unit, user.roles, user.locale)

    @property
    def county_id(self) -> int:
        """The id of the county the person works in."""
        return county_of(self.unit_path)

    @property
    def posts(self) -> tuple[tuple[Role, int], ...]:
        """Each role with the unit it acts for: what tasks are handed out to."""
        return tuple((role, self.acts_for(role)) for role in sorted(self.roles))

    def acts_for(self, role: str) -> int:
        """Return the unit for which the person acts in a role, if they hold it."""
        return self.unit_id if role in UNIT_ROLES else self.county_id

    @property
    def sees_county(self) -> bool:
        """Whether every case of the county is this person's business."""
        return bool(self.roles & COUNTY_ROLES)

    @property
    def sees_cases(self) -> bool:
        """Whether any case can be this person's business; analysts and administrators see none."""
        return self.sees_county or not self.roles.isdisjoint(UNIT_ROLES)

    def has(self, *roles: Role) -> bool:
        """Tell whether the actor holds one of *roles*."""
        return not self.roles.isdisjoint(roles)


class Invitation(Base):
    """A one-time way in for the first administrator of a new installation."""

    __tablename__ = "invitation"

    #: SHA-256 of the token.
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime]
