"""accounts can be changed, and every change is on record

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        'user',
        sa.Column('must_change_password', sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.create_table(
        'account_change',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('at', sa.DateTime(), nullable=False),
        sa.Column('county_id', sa.Integer(), nullable=True),
        sa.Column('by_id', sa.Integer(), nullable=True),
        sa.Column('by_name', sa.String(length=64), nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=True),
        sa.Column('unit_id', sa.Integer(), nullable=True),
        sa.Column('whom', sa.String(length=80), nullable=False),
        sa.Column('what', sa.String(length=32), nullable=False),
        sa.Column('params', sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ['county_id'], ['unit.id'], name=op.f('fk_account_change_county_id_unit')
        ),
        sa.ForeignKeyConstraint(['by_id'], ['user.id'], name=op.f('fk_account_change_by_id_user')),
        sa.ForeignKeyConstraint(
            ['user_id'], ['user.id'], name=op.f('fk_account_change_user_id_user')
        ),
        sa.ForeignKeyConstraint(
            ['unit_id'], ['unit.id'], name=op.f('fk_account_change_unit_id_unit')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_account_change')),
    )
    op.create_index('ix_account_change_county_id', 'account_change', ['county_id', 'id'])
    op.create_index('ix_account_change_user_id', 'account_change', ['user_id'])


def downgrade() -> None:
    op.drop_table('account_change')
    op.drop_column('user', 'must_change_password')
