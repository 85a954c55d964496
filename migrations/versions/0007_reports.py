"""reports

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

KIND = sa.Enum('weekly', 'monthly', 'term', 'annual', name='reportkind', native_enum=False, length=32)


def upgrade() -> None:
    op.create_table('report',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('county_id', sa.Integer(), nullable=False),
    sa.Column('kind', KIND, nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('base', sa.String(length=24), nullable=False),
    sa.Column('as_of', sa.DateTime(), nullable=False),
    sa.Column('figures', sa.JSON(), nullable=False),
    sa.Column('job_id', sa.Integer(), nullable=True),
    sa.Column('made_by_id', sa.Integer(), nullable=True),
    sa.Column('document', sa.LargeBinary(), nullable=True),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('template', sa.String(length=120), nullable=False),
    sa.ForeignKeyConstraint(['county_id'], ['unit.id'], name=op.f('fk_report_county_id_unit')),
    sa.ForeignKeyConstraint(['job_id'], ['job.id'], name=op.f('fk_report_job_id_job')),
    sa.ForeignKeyConstraint(['made_by_id'], ['user.id'], name=op.f('fk_report_made_by_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report')),
    sa.UniqueConstraint('job_id', name=op.f('uq_report_job_id'))
    )
    op.create_index('ix_report_county_id', 'report', ['county_id', 'id'], unique=False)
    op.create_table('report_case',
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('marks', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_report_case_case_id_case')),
    sa.ForeignKeyConstraint(['report_id'], ['report.id'], name=op.f('fk_report_case_report_id_report'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('report_id', 'case_id', name=op.f('pk_report_case'))
    )
    op.create_table('report_template',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('county_id', sa.Integer(), nullable=False),
    sa.Column('kind', KIND, nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('document', sa.LargeBinary(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('uploaded_at', sa.DateTime(), nullable=False),
    sa.Column('uploaded_by_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['county_id'], ['unit.id'], name=op.f('fk_report_template_county_id_unit')),
    sa.ForeignKeyConstraint(['uploaded_by_id'], ['user.id'], name=op.f('fk_report_template_uploaded_by_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report_template')),
    sa.UniqueConstraint('county_id', 'kind', name=op.f('uq_report_template_county_id'))
    )
    op.create_table('report_schedule',
    sa.Column('county_id', sa.Integer(), nullable=False),
    sa.Column('kind', KIND, nullable=False),
    sa.Column('since', sa.DateTime(), nullable=False),
    sa.Column('set_by_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['county_id'], ['unit.id'], name=op.f('fk_report_schedule_county_id_unit')),
    sa.ForeignKeyConstraint(['set_by_id'], ['user.id'], name=op.f('fk_report_schedule_set_by_id_user')),
    sa.PrimaryKeyConstraint('county_id', 'kind', name=op.f('pk_report_schedule'))
    )


def downgrade() -> None:
    op.drop_table('report_schedule')
    op.drop_table('report_template')
    op.drop_table('report_case')
    op.drop_index('ix_report_county_id', table_name='report')
    op.drop_table('report')
