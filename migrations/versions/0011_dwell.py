"""dwell

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

#: Name, table, columns, and for which rows.
INDEXES = (
    ('ix_task_waiting', 'task', ['key', 'opened_at', 'id'], 'closed_at IS NULL'),
    ('ix_task_dwell', 'task', ['key', 'closed_at'], "outcome = 'done'"),
    ('ix_process_going', 'process', ['diagram_id'], "status IN ('running', 'suspended')"),
    ('ix_event_standstill', 'event', ['case_id', 'seq'], "what IN ('suspended', 'resumed')"),
)


def upgrade() -> None:
    for name, table, columns, rows in INDEXES:
        where = sa.text(rows)
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name, table, _, _ in reversed(INDEXES):
        op.drop_index(name, table)
