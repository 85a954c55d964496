"""Rules about the program as a whole: routes, migrations, settings, catalogue, glossary."""

import inspect
import re
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from procrastinate.schema import SchemaManager

from app import scheduler
from app.db import db
from app.domain.models import process
from app.jobs.queue import Errands
from app.services.catalogue import ANSWERS, EFFECTS
from app.texts import NOTICES

ROOT = Path(__file__).parents[2]
#: What anybody may see without a login.
OPEN = re.compile(r"/(static|login|setup|healthz|locale|p|favicon)|/api/v1/(tokens|openapi)")


def test_every_page_and_call_needs_a_login(app, client):
    closed = [
        rule
        for rule in app.url_map.iter_rules()
        if "GET" in rule.methods and not OPEN.match(rule.rule) and not rule.arguments
    ]

    answers = {rule.rule: client.get(rule.rule).status_code for rule in closed}

    assert {path: status for path, status in answers.items() if status not in (302, 401)} == {}


def test_migrations_have_one_head_and_match_the_models(app):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        difference = compare_metadata(context, db.metadata)

    assert len(ScriptDirectory(ROOT / "migrations").get_heads()) == 1
    assert difference == []


def test_the_schema_of_the_queue_is_the_one_that_its_library_ships():
    ours = (ROOT / "migrations/procrastinate/schema.sql").read_text(encoding="utf-8")

    assert ours == SchemaManager.get_schema()


def test_every_setting_is_in_the_readme():
    settings = (ROOT / "config/settings.py").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    names = set(re.findall(r'"(XIAOHAO_[A-Z_]+|HOST|PORT|DEMO)"', settings))

    assert {name for name in names if name not in readme} == set()


def test_every_effect_and_answer_is_used_by_a_diagram():
    files = [*ROOT.glob("bpmn/*.bpmn"), *ROOT.glob("tests/diagrams/*.bpmn")]
    drawn = "".join(file.read_text(encoding="utf-8") for file in files)

    assert {topic for topic in EFFECTS if f'topic="{topic}"' not in drawn} == set()
    assert {form for form in ANSWERS if f'formKey="{form}"' not in drawn} == set()


def test_every_notice_of_a_diagram_has_a_sentence():
    drawn = "".join(file.read_text(encoding="utf-8") for file in ROOT.glob("bpmn/*.bpmn"))

    assert set(re.findall(r'name="notice" value="(\w+)"', drawn)) <= NOTICES.keys()


def test_a_task_row_carries_no_process_state():
    assert "state" not in process.Task.__table__.c


def test_workers_do_what_the_served_process_does_by_the_clock():
    embedded = inspect.getsource(scheduler.start)
    done = set(re.findall(r"_within\(app, ([\w.]+)\)", embedded)) - {"sweep"}

    errands = inspect.getsource(Errands)

    assert done
    assert {one for one in done if f"self.here({one}" not in errands} == set()
