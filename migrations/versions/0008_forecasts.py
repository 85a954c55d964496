"""forecasts

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = sa.DateTime()


def upgrade() -> None:
    op.create_table(
        'forecast_model',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('county_id', sa.Integer(), nullable=False),
        sa.Column('made_at', MOMENT, nullable=False),
        sa.Column('state', sa.String(32), nullable=False),
        sa.Column('ended', sa.Integer(), nullable=False),
        sa.Column('missed', sa.Integer(), nullable=False),
        sa.Column('facts', sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ['county_id'], ['unit.id'], name=op.f('fk_forecast_model_county_id_unit')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_forecast_model')),
    )
    op.create_index('ix_forecast_model_latest', 'forecast_model', ['county_id', 'id'])
    op.create_table(
        'forecast',
        sa.Column('case_id', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('county_id', sa.Integer(), nullable=False),
        sa.Column('model_id', sa.Integer(), nullable=False),
        sa.Column('made_at', MOMENT, nullable=False),
        sa.Column('due_on', sa.Date(), nullable=False),
        sa.Column('chance', sa.Integer(), nullable=False),
        sa.Column('why', sa.JSON(), nullable=False),
        sa.Column('advice', sa.JSON(), nullable=False),
        sa.Column('history_length', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_forecast_case_id_case')),
        sa.ForeignKeyConstraint(
            ['county_id'], ['unit.id'], name=op.f('fk_forecast_county_id_unit')
        ),
        sa.ForeignKeyConstraint(
            ['model_id'], ['forecast_model.id'], name=op.f('fk_forecast_model_id_forecast_model')
        ),
        sa.PrimaryKeyConstraint('case_id', name=op.f('pk_forecast')),
    )
    op.create_index('ix_forecast_highest', 'forecast', ['county_id', 'chance', 'case_id'])
    op.create_table(
        'forecast_record',
        sa.Column('id', BIG, nullable=False),
        sa.Column('case_id', sa.Integer(), nullable=False),
        sa.Column('county_id', sa.Integer(), nullable=False),
        sa.Column('model_id', sa.Integer(), nullable=False),
        sa.Column('week', sa.Date(), nullable=False),
        sa.Column('made_at', MOMENT, nullable=False),
        sa.Column('due_on', sa.Date(), nullable=False),
        sa.Column('chance', sa.Integer(), nullable=False),
        sa.Column('missed', sa.Boolean(), nullable=True),
        sa.Column('judged_at', MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ['case_id'], ['case.id'], name=op.f('fk_forecast_record_case_id_case')
        ),
        sa.ForeignKeyConstraint(
            ['county_id'], ['unit.id'], name=op.f('fk_forecast_record_county_id_unit')
        ),
        sa.ForeignKeyConstraint(
            ['model_id'],
            ['forecast_model.id'],
            name=op.f('fk_forecast_record_model_id_forecast_model'),
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_forecast_record')),
        sa.UniqueConstraint('case_id', 'week', name=op.f('uq_forecast_record_case_id')),
    )
    op.create_index(
        'ix_forecast_record_judged', 'forecast_record', ['county_id', 'missed', 'chance']
    )
    op.create_index(
        'ix_forecast_record_open',
        'forecast_record',
        ['county_id', 'case_id'],
        sqlite_where=sa.text('judged_at IS NULL'),
        postgresql_where=sa.text('judged_at IS NULL'),
    )


def downgrade() -> None:
    op.drop_table('forecast_record')
    op.drop_table('forecast')
    op.drop_table('forecast_model')
