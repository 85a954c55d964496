"""fewer index pages a step

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

DONE = sa.text('closed_by_id IS NOT NULL')
ARMED = sa.text("state = 'armed'")
UNCOUNTED = sa.text('counted < 0')
LONGER = sa.text('counted <> history_length')
STANDALONE = sa.text('case_id IS NULL')

#: Rows that steps change: with room on its page a row stays there, and its indexes as they are.
HALF_EMPTY = {'case': 80, 'process': 60, 'task': 80, 'timer': 80}


def _leave_room(filled: dict[str, int]) -> None:
    if op.get_bind().dialect.name == 'postgresql':
        for table, percent in filled.items():
            op.execute(f'ALTER TABLE "{table}" SET (fillfactor = {percent})')


def upgrade() -> None:
    op.drop_index('ix_timer_sweep', 'timer')
    op.drop_index('ix_task_done', 'task')
    columns = ['closed_by_id', 'closed_at']
    op.create_index('ix_task_done', 'task', columns, sqlite_where=DONE, postgresql_where=DONE)
    op.drop_index('ix_submission_task_id', 'submission')
    op.create_index(
        'ix_submission_standalone',
        'submission',
        ['task_id'],
        sqlite_where=STANDALONE,
        postgresql_where=STANDALONE,
    )
    op.drop_index('ix_case_uncounted', 'case')
    op.execute('UPDATE "case" SET counted = -1 WHERE counted <> history_length')
    op.create_index(
        'ix_case_uncounted', 'case', ['id'], sqlite_where=UNCOUNTED, postgresql_where=UNCOUNTED
    )
    _leave_room(HALF_EMPTY)


def downgrade() -> None:
    _leave_room(dict.fromkeys(HALF_EMPTY, 100))
    op.drop_index('ix_case_uncounted', 'case')
    op.create_index(
        'ix_case_uncounted', 'case', ['id'], sqlite_where=LONGER, postgresql_where=LONGER
    )
    op.drop_index('ix_submission_standalone', 'submission')
    op.create_index('ix_submission_task_id', 'submission', ['task_id'])
    op.drop_index('ix_task_done', 'task')
    op.create_index('ix_task_done', 'task', ['closed_by_id', 'closed_at'])
    op.create_index(
        'ix_timer_sweep', 'timer', ['try_at'], sqlite_where=ARMED, postgresql_where=ARMED
    )
