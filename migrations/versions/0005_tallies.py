"""tallies

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

INDEXES = {
    'ix_case_due_on': ['due_on'],
    'ix_case_original_due_on': ['original_due_on'],
    'ix_case_issued': ['county_id', 'issued_on'],
    'ix_case_inspection': ['county_id', 'inspection'],
    'ix_case_closed_out': ['county_id', 'closed_out_at'],
}
UNCOUNTED = sa.text('counted <> history_length')


def upgrade() -> None:
    op.create_table(
        'tally',
        sa.Column('county_id', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('scope', sa.String(length=10), nullable=False),
        sa.Column('category', sa.String(length=32), nullable=False),
        sa.Column('severity', sa.String(length=32), nullable=False),
        sa.Column('source_level', sa.String(length=32), nullable=False),
        sa.Column('lasting', sa.Boolean(), nullable=False),
        sa.Column('department_id', sa.Integer(), nullable=False),
        sa.Column('lead_unit_id', sa.Integer(), nullable=False),
        sa.Column('issued', sa.Integer(), server_default='0', nullable=False),
        sa.Column('open', sa.Integer(), server_default='0', nullable=False),
        sa.Column('within', sa.Integer(), server_default='0', nullable=False),
        sa.Column('due_today', sa.Integer(), server_default='0', nullable=False),
        sa.Column('overdue', sa.Integer(), server_default='0', nullable=False),
        sa.Column('awaiting', sa.Integer(), server_default='0', nullable=False),
        sa.Column('suspended', sa.Integer(), server_default='0', nullable=False),
        sa.Column('green', sa.Integer(), server_default='0', nullable=False),
        sa.Column('blue', sa.Integer(), server_default='0', nullable=False),
        sa.Column('yellow', sa.Integer(), server_default='0', nullable=False),
        sa.Column('red', sa.Integer(), server_default='0', nullable=False),
        sa.Column('letters_out', sa.Integer(), server_default='0', nullable=False),
        sa.Column('reported', sa.Integer(), server_default='0', nullable=False),
        sa.Column('verified', sa.Integer(), server_default='0', nullable=False),
        sa.Column('stage_passed', sa.Integer(), server_default='0', nullable=False),
        sa.Column('closed_out', sa.Integer(), server_default='0', nullable=False),
        sa.Column('terminated', sa.Integer(), server_default='0', nullable=False),
        sa.Column('revoked', sa.Integer(), server_default='0', nullable=False),
        sa.Column('due', sa.Integer(), server_default='0', nullable=False),
        sa.Column('due_as_first_set', sa.Integer(), server_default='0', nullable=False),
        sa.Column('in_time', sa.Integer(), server_default='0', nullable=False),
        sa.Column('in_time_as_first_set', sa.Integer(), server_default='0', nullable=False),
        sa.Column('looked_at', sa.Integer(), server_default='0', nullable=False),
        sa.Column('right_at_once', sa.Integer(), server_default='0', nullable=False),
        sa.Column('looked_back', sa.Integer(), server_default='0', nullable=False),
        sa.Column('relapsed', sa.Integer(), server_default='0', nullable=False),
        sa.Column('extended', sa.Integer(), server_default='0', nullable=False),
        sa.PrimaryKeyConstraint('county_id', 'scope', 'category', 'severity', 'source_level', 'lasting', 'department_id', 'lead_unit_id', name=op.f('pk_tally')),
    )
    op.create_table(
        'step_tally',
        sa.Column('county_id', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('scope', sa.String(length=10), nullable=False),
        sa.Column('category', sa.String(length=32), nullable=False),
        sa.Column('severity', sa.String(length=32), nullable=False),
        sa.Column('source_level', sa.String(length=32), nullable=False),
        sa.Column('lasting', sa.Boolean(), nullable=False),
        sa.Column('department_id', sa.Integer(), nullable=False),
        sa.Column('diagram', sa.String(length=64), nullable=False),
        sa.Column('step', sa.String(length=64), nullable=False),
        sa.Column('open', sa.Integer(), server_default='0', nullable=False),
        sa.Column('overdue', sa.Integer(), server_default='0', nullable=False),
        sa.PrimaryKeyConstraint('county_id', 'scope', 'category', 'severity', 'source_level', 'lasting', 'department_id', 'diagram', 'step', name=op.f('pk_step_tally')),
    )
    op.create_table(
        'flow_tally',
        sa.Column('county_id', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('scope', sa.String(length=10), nullable=False),
        sa.Column('category', sa.String(length=32), nullable=False),
        sa.Column('severity', sa.String(length=32), nullable=False),
        sa.Column('source_level', sa.String(length=32), nullable=False),
        sa.Column('lasting', sa.Boolean(), nullable=False),
        sa.Column('department_id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=32), nullable=False),
        sa.Column('since', sa.Date(), nullable=False),
        sa.Column('n', sa.Integer(), server_default='0', nullable=False),
        sa.PrimaryKeyConstraint('county_id', 'scope', 'category', 'severity', 'source_level', 'lasting', 'department_id', 'kind', 'since', name=op.f('pk_flow_tally')),
    )
    op.create_table(
        'tallied',
        sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('at', sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_tallied')),
    )
    with op.batch_alter_table('case', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('counted', sa.Integer(), server_default='-1', nullable=False)
        )
        for name, columns in INDEXES.items():
            batch_op.create_index(name, columns, unique=False)
    op.create_index(
        'ix_case_uncounted', 'case', ['id'], sqlite_where=UNCOUNTED, postgresql_where=UNCOUNTED
    )
    op.create_table(
        'counted_case',
        sa.Column('case_id', sa.Integer(), nullable=False),
        sa.Column('added', sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ['case_id'], ['case.id'], name=op.f('fk_counted_case_case_id_case')
        ),
        sa.PrimaryKeyConstraint('case_id', name=op.f('pk_counted_case')),
    )
    with op.batch_alter_table('unit', schema=None) as batch_op:
        batch_op.add_column(sa.Column('inspector_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key('fk_unit_inspector_id_user', 'user', ['inspector_id'], ['id'])


def downgrade() -> None:
    with op.batch_alter_table('unit', schema=None) as batch_op:
        batch_op.drop_constraint('fk_unit_inspector_id_user', type_='foreignkey')
        batch_op.drop_column('inspector_id')
    op.drop_table('counted_case')
    op.drop_index('ix_case_uncounted', 'case')
    with op.batch_alter_table('case', schema=None) as batch_op:
        for name in INDEXES:
            batch_op.drop_index(name)
        batch_op.drop_column('counted')
    for name in ('tallied', 'flow_tally', 'step_tally', 'tally'):
        op.drop_table(name)
