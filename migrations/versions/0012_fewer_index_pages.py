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
STANDALONE = sa.text('case_id IS NULL')


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


def downgrade() -> None:
    op.drop_index('ix_submission_standalone', 'submission')
    op.create_index('ix_submission_task_id', 'submission', ['task_id'])
    op.drop_index('ix_task_done', 'task')
    op.create_index('ix_task_done', 'task', ['closed_by_id', 'closed_at'])
    op.create_index(
        'ix_timer_sweep', 'timer', ['try_at'], sqlite_where=ARMED, postgresql_where=ARMED
    )
