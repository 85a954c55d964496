"""Indexes for the list of deadlines.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

GOES_ON = "state IN ('armed', 'suspended')"
IS_PAST = "state IN ('fired', 'disarmed')"


def upgrade() -> None:
    _create("ix_task_due", "task", ["sort_at", "id"], "closed_at IS NULL")
    _create("ix_timer_going", "timer", ["due_at", "id"], GOES_ON)
    _create("ix_timer_past", "timer", ["due_at", "id"], IS_PAST)


def _create(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    op.drop_index("ix_timer_past", table_name="timer")
    op.drop_index("ix_timer_going", table_name="timer")
    op.drop_index("ix_task_due", table_name="task")
