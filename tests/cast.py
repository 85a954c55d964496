"""The county's people at work: open a case, and complete its tasks as whoever must."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from app import scheduler
from app.clock import LOCAL, today
from app.db import db
from app.domain.case import Case
from app.domain.history import Event
from app.domain.letter import Letter
from app.domain.people import UNIT_ROLES, Actor, Grant, User
from app.domain.process import Task
from app.domain.vocabulary import Category, Role, Severity
from app.services import accounts, follow_ups, opening, tasks
from app.services.people import adding

SCHOOL = "柳塬镇中心小学"

ANSWERS: dict[str, dict[str, Any]] = {
    "acknowledge": {"signed_by": "联络员"},
    "plan": {
        "cause": "制度不落实，责任未到人。",
        "goal": "全部整改到位，建立长效机制。",
        "leader": "校长",
        "measures": [
            {
                "text": "逐项整改并建立台账",
                "owner": "总务主任",
                "starts_on": "2026-03-03",
                "ends_on": "2026-03-20",
                "weight": 100,
            }
        ],
    },
    "sign": {"signed": "yes"},
    "review": {"passed": "yes"},
    "approve_plan": {"passed": "yes", "key_item": False},
    "rectify": {
        "next_step": "report",
        "percent": 100,
        "measure_progress": [{"measure": "1", "percent": 100}],
        "report": "已完成。",
        "conclusion": "done",
    },
    "sign_report": {"signed": "yes", "truthful": True, "signature": "校长"},
    "first_review": {"passed": "yes", "opinion": "同意。"},
    "dispatch": {
        "verify_method": "on_site",
        "verifiers": ["sunwei", "limei"],
        "lead_verifier": "sunwei",
        "verify_days": 15,
    },
    "verify": {"result": "r1", "opinion": "整改到位。"},
    "public_notice": {"content": "已整改", "channel": "门户网站"},
    "approve": {"approved": "yes", "opinion": "同意销号。", "signature": "签名"},
    "objection_heard": {"objection": "门仍锁着", "finding": "不属实", "upheld": "no"},
    "report_upward": {},
    "expediting_letter": {
        "decision": "send",
        "kind": "ordinary",
        "subject": "整改逾期",
        "demand": "限期完成整改并书面回复。",
        "to": SCHOOL,
        "cc": "青岚县教育局",
        "new_due": "2026-12-01",
    },
    "letter_reply": {"cause": "重视不够", "measures": "专人负责", "promised_on": "2026-12-01"},
    "assess_reply": {"satisfied": "yes", "opinion": "同意。"},
    "follow_up_check": {
        "method": "on_site",
        "second_checker": "luoyun",
        "result": "consolidated",
        "opinion": "整改成果巩固。",
    },
    "remedy": {"remedy": "已按提醒补齐台账并公示。"},
    "comment_on_facts": {"accepted": "yes"},
    "confirm_relapse": {"confirmed": "yes", "reason": "同一问题再次出现，认定反弹。"},
}
#: The tasks up to the work, and from the report to the verification.
PLANNING = ("acknowledge", "draft_plan", "sign_plan", "review_plan", "approve_plan")
REPORTING = ("rectify", "sign_report", "first_review", "dispatch")


class Cast:
    """The people; each call acts as the person whose turn it is."""

    def __init__(self, clock: Any) -> None:
        self.clock = clock

    def open_case(self, **changes: Any) -> Case:
        """Have the office open a case at a school."""
        facts: dict[str, Any] = {
            "unit": SCHOOL,
            "problem": "食堂留样不规范",
            "requirement": "规范留样",
            "category": Category.C01,
            "severity": Severity.GENERAL,
            "issued_on": today(),
        }
        return opening.open_case(opening.Feedback(**facts | changes), accounts.actor("wangmin"))

    def open_tasks(self, case: Case) -> list[str]:
        """Return the keys of the case's open tasks."""
        query = select(Task.key).where(Task.case_id == case.id, Task.closed_at.is_(None))
        return sorted(db.session.scalars(query))

    def task(self, case: Case, key: str) -> Task:
        """Return the open task *key* of *case*."""
        query = select(Task).where(
            Task.case_id == case.id, Task.key == key, Task.closed_at.is_(None)
        )
        return db.session.scalars(query).one()

    def whose(self, task: Task) -> Actor:
        """Return somebody who may do *task*."""
        if task.assignee is not None:
            return Actor.of(task.assignee)
        query = select(User).join(Grant).where(Grant.role == task.role).order_by(User.id)
        if task.role in UNIT_ROLES:
            query = query.where(User.unit_id == task.unit_id)
        return Actor.of(db.session.scalars(query).first())

    def hands_in(self, task: Task, answers: Mapping[str, Any]) -> list[int]:
        """Complete *task* with just these answers, past all form rules."""
        return tasks.complete_task(task.id, self.whose(task), answers)

    def does(self, case: Case, key: str, who: str | None = None, **answers: Any) -> list[int]:
        """Complete the open task *key* with the usual answers, changed by *answers*.

        Return the ids of the tasks that opened next.
        """
        return self.completes(self.task(case, key), who, **answers)

    def completes(self, task: Task, who: str | None = None, **answers: Any) -> list[int]:
        """Complete this very *task* with the usual answers, changed by *answers*."""
        actor = accounts.actor(who) if who else self.whose(task)
        usual: Mapping[str, Any] = ANSWERS.get(task.form_key or "", {})
        if task.form_key == "public_notice":
            usual = {**usual, "notice_from": today().isoformat()}
        return tasks.complete_task(task.id, actor, {**usual, **answers})

    def walks(self, case: Case, *keys: str) -> None:
        """Complete several tasks one after the other."""
        for key in keys:
            self.does(case, key)

    def passes(self, **time: float) -> int:
        """Let time pass and the sweep run; return how many timers fired."""
        self.clock.shift(timedelta(**time))
        return scheduler.sweep()

    def until(self, day: date, at: time = time(9)) -> int:
        """Let time pass until a moment of *day*, the morning, and the sweep run."""
        self.clock.move_to(datetime.combine(day, at, LOCAL))
        return scheduler.sweep()

    def starts_work(self, **changes: Any) -> Case:
        """Open a case and take it up to the work."""
        case = self.open_case(**changes)
        self.walks(case, *PLANNING)
        return case

    def awaits_verification(self, **changes: Any) -> Case:
        """Open a case and take it to the verifiers."""
        case = self.starts_work(**changes)
        self.walks(case, *REPORTING)
        return case

    def closes_out(self, **changes: Any) -> Case:
        """Open a case and take it to its close-out by the office head."""
        case = self.awaits_verification(**changes)
        self.walks(case, "verify", "approve_by_office_head")
        return case

    def draws(self, case: Case, lead: str = "tangbo") -> None:
        """Have the office draw a closed-out case for follow-up."""
        draw = follow_ups.Draw(numbers=[case.number], reason="全部列入", lead_verifier=lead)
        follow_ups.draw(draw, accounts.actor("wangmin"))

    def letters(self, case: Case) -> list[Letter]:
        """Return the letters about *case*, the oldest first."""
        query = select(Letter).filter_by(case_id=case.id).order_by(Letter.id)
        return list(db.session.scalars(query))

    def told(self, case: Case, *params: str) -> list[Any]:
        """Return the kinds of the lines of the case's history, with *params* of each."""
        query = select(Event).filter_by(case_id=case.id).order_by(Event.seq)
        lines = db.session.scalars(query)
        return [(e.what, *(e.params.get(p) for p in params)) if params else e.what for e in lines]

    def hires(self, username: str, *roles: Role, unit: str = SCHOOL) -> Actor:
        """Make an account with several posts, which the county's own people do not have."""
        adding.add_user(username, f"兼职{username}", "Qinglan-2026", unit=unit, roles=roles)
        return accounts.actor(username)
