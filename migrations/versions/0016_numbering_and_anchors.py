"""each county numbers by prefixes of its own; an anchor follows the one before

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('unit', sa.Column('case_prefix', sa.String(length=8), nullable=True))
    op.add_column('unit', sa.Column('letter_prefix', sa.String(length=20), nullable=True))
    # What every county's numbers began with until now: they go on.
    op.execute(
        "UPDATE unit SET case_prefix = 'QL', letter_prefix = '教督办函' WHERE parent_id IS NULL"
    )
    with op.batch_alter_table('anchor') as anchor:
        anchor.add_column(sa.Column('previous_id', sa.Integer(), nullable=True))
        anchor.create_foreign_key(
            op.f('fk_anchor_previous_id_anchor'), 'anchor', ['previous_id'], ['id']
        )
        anchor.create_unique_constraint(op.f('uq_anchor_previous_id'), ['previous_id'])


def downgrade() -> None:
    with op.batch_alter_table('anchor') as anchor:
        anchor.drop_constraint(op.f('uq_anchor_previous_id'), type_='unique')
        anchor.drop_constraint(op.f('fk_anchor_previous_id_anchor'), type_='foreignkey')
        anchor.drop_column('previous_id')
    op.drop_column('unit', 'letter_prefix')
    op.drop_column('unit', 'case_prefix')
