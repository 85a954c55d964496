"""signals

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = sa.DateTime()
ACTS = ('found', 'grew', 'cleared', 'reminded', 'follow_up', 'reopened')
STATES = ('open', 'cleared', 'reminded', 'follow_up')


def _words(name: str, words: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, length=32)


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    name = op.f(f'fk_{table}_{column}_{to}')
    return sa.ForeignKeyConstraint([column], [f'{to}.id'], name=name)


def upgrade() -> None:
    _signals()
    _wordings()
    op.create_table(
        'past_day',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('county_id', sa.Integer(), nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('reach', sa.String(400), nullable=False),
        sa.Column('figures', sa.JSON(), nullable=False),
        sa.Column('last_event_id', sa.Integer(), nullable=False),
        sa.Column('made_at', MOMENT, nullable=False),
        _refers('past_day', 'county_id', 'unit'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_past_day')),
        sa.UniqueConstraint('county_id', 'day', 'reach', name=op.f('uq_past_day_county_id')),
    )
    # The register of a past day is walked in the order in which the cases entered it.
    op.create_index('ix_case_entered', 'case', ['county_id', 'created_at', 'id'])


def _signals() -> None:
    op.create_table(
        'signal',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('county_id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(32), nullable=False),
        sa.Column('key', sa.String(120), nullable=False),
        sa.Column('unit_id', sa.Integer(), nullable=True),
        sa.Column('state', _words('signalstate', STATES), nullable=False),
        sa.Column('question', sa.JSON(), nullable=False),
        sa.Column('facts', sa.JSON(), nullable=False),
        sa.Column('found_at', MOMENT, nullable=False),
        sa.Column('changed_at', MOMENT, nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        _refers('signal', 'county_id', 'unit'),
        _refers('signal', 'unit_id', 'unit'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_signal')),
        sa.UniqueConstraint('county_id', 'kind', 'key', name=op.f('uq_signal_county_id')),
    )
    op.create_index('ix_signal_latest', 'signal', ['county_id', 'state', 'changed_at', 'id'])
    op.create_table(
        'signal_step',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('signal_id', sa.Integer(), nullable=False),
        sa.Column('act', _words('signalact', ACTS), nullable=False),
        sa.Column('at', MOMENT, nullable=False),
        sa.Column('by_id', sa.Integer(), nullable=True),
        sa.Column('by_name', sa.String(64), nullable=False),
        sa.Column('note', sa.Text(), nullable=False),
        _refers('signal_step', 'signal_id', 'signal'),
        _refers('signal_step', 'by_id', 'user'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_signal_step')),
    )
    op.create_index(op.f('ix_signal_step_signal_id'), 'signal_step', ['signal_id'])
    op.create_table(
        'signal_case',
        sa.Column('signal_id', sa.Integer(), nullable=False),
        sa.Column('case_id', sa.Integer(), nullable=False),
        _refers('signal_case', 'signal_id', 'signal'),
        _refers('signal_case', 'case_id', 'case'),
        sa.PrimaryKeyConstraint('signal_id', 'case_id', name=op.f('pk_signal_case')),
    )
    op.create_index(op.f('ix_signal_case_case_id'), 'signal_case', ['case_id'])
    op.create_table(
        'signal_mark',
        sa.Column('kind', sa.String(32), nullable=False),
        sa.Column('upto', sa.BigInteger(), nullable=False),
        sa.Column('at', MOMENT, nullable=False),
        sa.PrimaryKeyConstraint('kind', name=op.f('pk_signal_mark')),
    )


def _wordings() -> None:
    op.create_table(
        'wording',
        sa.Column('id', BIG, nullable=False),
        sa.Column('submission_id', BIG, nullable=False),
        sa.Column('case_id', sa.Integer(), nullable=False),
        sa.Column('unit_id', sa.Integer(), nullable=False),
        sa.Column('county_id', sa.Integer(), nullable=False),
        sa.Column('form_key', sa.String(64), nullable=False),
        sa.Column('exact', sa.String(64), nullable=False),
        _refers('wording', 'submission_id', 'submission'),
        _refers('wording', 'case_id', 'case'),
        _refers('wording', 'unit_id', 'unit'),
        _refers('wording', 'county_id', 'unit'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_wording')),
        sa.UniqueConstraint('submission_id', name=op.f('uq_wording_submission_id')),
    )
    op.create_index('ix_wording_exact', 'wording', ['county_id', 'exact'])
    op.create_table(
        'wording_band',
        sa.Column('band', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('wording_id', BIG, nullable=False),
        _refers('wording_band', 'wording_id', 'wording'),
        sa.PrimaryKeyConstraint('band', 'wording_id', name=op.f('pk_wording_band')),
    )


def downgrade() -> None:
    op.drop_index('ix_case_entered', table_name='case')
    for table in (
        *('past_day', 'wording_band', 'wording'),
        *('signal_mark', 'signal_case', 'signal_step', 'signal'),
    ):
        op.drop_table(table)
