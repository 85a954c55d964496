"""Stepping in: doing an overdue task for those who let its deadline pass.

A first review that is late does not move on by itself (the office is only reminded), and nobody
but the department could end the wait: so the office may do it instead. Which forms are left to
whom the catalogue says, whatever a diagram calls the step.
"""

from app.clock import utcnow
from app.db import transaction
from app.domain.errors import NotAllowed
from app.domain.people import Actor
from app.domain.process import Task
from app.services._catalogue import ANSWERS, Context, hold, running
from app.services._history import record
from app.services._scope import holds
from app.services.inbox import get_task, require_going


def may_step_in(task: Task, actor: Actor) -> bool:
    """Tell whether *actor* may take *task*, which they see, from those whose turn it is."""
    entry = ANSWERS.get(task.form_key or "")
    if entry is None or entry.left_to is None or task.case_id is None:
        return False
    late = task.due_at is not None and task.due_at <= utcnow()
    waits = task.closed_at is None and not task.suspended
    return late and waits and actor.has(entry.left_to) and not holds(actor, task)


def step_in(task_id: int, actor: Actor) -> Task:
    """Take an overdue task over from those whose turn it is; it is now the actor's own.

    Raises:
        NotAllowed: it is not overdue, or not left to a post of the actor's.
        AlreadyDone: somebody has completed it meanwhile.
    """
    process_id = get_task(task_id, actor).process_id
    with transaction() as session:
        hold(session, process_id)
        task = session.get_one(Task, task_id, populate_existing=True)
        require_going(task)
        entry = ANSWERS.get(task.form_key or "")
        if entry is None or entry.left_to is None or not may_step_in(task, actor):
            raise NotAllowed("只有逾期未办的主管部门初审可由督导办接手办理。")
        line = {"task": task.name, "key": task.key, "from": task.unit.name}
        task.role, task.unit_id = entry.left_to, actor.county_id
        task.assignee_id, task.revision = actor.id, task.revision + 1
        session.flush()
        session.expire(task, ["assignee", "unit"])
        record(Context(session, running(session, process_id), utcnow(), actor), "stepped_in", line)
        return task
