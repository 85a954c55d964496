"""saved views

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('saved_view',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('asked', sa.JSON(), nullable=False),
    sa.Column('is_default', sa.Boolean(), nullable=False),
    sa.Column('saved_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_saved_view_user_id_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_view')),
    sa.UniqueConstraint('user_id', 'name', name=op.f('uq_saved_view_user_id'))
    )
    op.create_table('export_piece',
    sa.Column('job_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('place', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('written_at', sa.DateTime(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['job_id'], ['job.id'], name=op.f('fk_export_piece_job_id_job'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('job_id', 'place', name=op.f('pk_export_piece'))
    )
    op.create_index(op.f('ix_export_piece_written_at'), 'export_piece', ['written_at'], unique=False)
    op.add_column('case', sa.Column('remark', sa.String(length=500), nullable=False, server_default=''))


def downgrade() -> None:
    op.drop_column('case', 'remark')
    op.drop_table('export_piece')
    op.drop_table('saved_view')
