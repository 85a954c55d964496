"""tasks and timers of a case are found by its processes

Revision ID: 0014
Revises: 0013
"""

from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index('ix_task_case_id', 'task')
    op.drop_index('ix_timer_case_id', 'timer')


def downgrade() -> None:
    op.create_index('ix_timer_case_id', 'timer', ['case_id'])
    op.create_index('ix_task_case_id', 'task', ['case_id'])
