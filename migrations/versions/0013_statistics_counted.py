"""the figures of statistics, letters and lengths are counted

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

COUNTS = (
    *('to_sign', 'signed_in_time', 'to_plan', 'planned_in_time', 'to_review', 'reviewed_late'),
    *('ever_overdue', 'passing', 'passing_closed_out', 'ever_closed_out', 'to_look_back_at'),
    *('got_letter', 'letters'),
)


def upgrade() -> None:
    for name in COUNTS:
        op.add_column('tally', sa.Column(name, sa.Integer(), server_default='0', nullable=False))
    op.create_table(
        'length_tally',
        sa.Column('county_id', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('scope', sa.String(length=10), nullable=False),
        sa.Column('category', sa.String(length=32), nullable=False),
        sa.Column('severity', sa.String(length=32), nullable=False),
        sa.Column('source_level', sa.String(length=32), nullable=False),
        sa.Column('lasting', sa.Boolean(), nullable=False),
        sa.Column('department_id', sa.Integer(), nullable=False),
        sa.Column('days', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('n', sa.Integer(), server_default='0', nullable=False),
        sa.PrimaryKeyConstraint('county_id', 'scope', 'category', 'severity', 'source_level', 'lasting', 'department_id', 'days', name=op.f('pk_length_tally')),
    )
    # What each case has added is remembered; counted anew, it adds the rest.
    op.execute('UPDATE "case" SET counted = -1 WHERE counted >= 0')


def downgrade() -> None:
    # What was added must not be remembered when it is added no more: all is counted again.
    for table in ('tally', 'step_tally', 'flow_tally', 'counted_case'):
        op.execute(f'DELETE FROM {table}')
    op.execute('UPDATE "case" SET counted = -1 WHERE counted >= 0')
    op.drop_table('length_tally')
    with op.batch_alter_table('tally', schema=None) as batch_op:
        for name in COUNTS:
            batch_op.drop_column(name)
