"""What surrounds every page: navigation, who is signed in, counts, and where the files are."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask_babel import gettext, lazy_gettext

from app.clock import utcnow
from app.domain.people import Actor
from app.domain.vocabulary import Role
from app.services import inbox, incidents, notices
from app.services.design import overview
from app.services.forecasting import reading as forecasts
from app.services.past import reach as past
from app.services.people import rights
from app.services.reports import rights as reports
from app.services.signals import asking as signals
from app.texts import label, language, local_moment


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of the navigation."""

    key: str
    label: str
    icon: str
    url: str
    count: int = 0
    #: Whether the count is bad news.
    late: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A group of links."""

    label: str
    links: tuple[Link, ...]


class Frame:
    """The frame of a page for one person; what a page doesn't draw is never computed."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor

    @cached_property
    def counts(self) -> inbox.Counts:
        """How much waits in the inbox."""
        return inbox.counts(self.actor)

    @cached_property
    def unread(self) -> int:
        """How many lines of notices are unread; what is alike and of one day is one line."""
        return notices.unread_lines(self.actor)

    @cached_property
    def office(self) -> str:
        """The unit the person works for."""
        return self.actor.unit_name

    @cached_property
    def roles(self) -> list[str]:
        """What the person may be asked to do, in words."""
        return [label(role) for role in Role if role in self.actor.roles]

    @cached_property
    def navigation(self) -> list[Section]:
        """The links at the left."""
        sections = [
            Section(gettext("办理"), self._work),
            Section(gettext("监督"), self._watching),
            Section(gettext("台账"), self._ledger),
            Section(gettext("参考"), self._reference),
        ]
        if self.runs_the_office:
            sections.insert(3, Section(gettext("督导办"), self._office))
        if self.designs:
            # What somebody does all day comes first.
            place = 0 if overview.draws_only(self.actor) else -1
            sections.insert(place, Section(gettext("流程"), (self.designer,)))
        if incidents.watches(self.actor):
            place = 0 if incidents.mends_only(self.actor) else -1
            sections.insert(place, Section(gettext("运行"), self._running))
        if rights.reads(self.actor):
            sections.insert(-1, Section(gettext("管理"), (self._accounts,)))
        return [section for section in sections if section.links]

    @cached_property
    def tabbar(self) -> list[Link]:
        """The links at the foot of a phone."""
        bell = Link(
            "notices", gettext("通知"), "bell", url_for("notices.page"), self.unread, late=True
        )
        if overview.draws_only(self.actor):
            return [self.designer, self._work[0], *self._reference[:2], bell]
        if incidents.mends_only(self.actor):
            return [*self._running, self._work[0], self._accounts, bell]
        if rights.reads(self.actor):
            return [self._accounts, self._work[0], *self._reference[2:], bell]
        if self.actor.has(Role.CHIEF, Role.COMMITTEE):
            return [self._watching[0], self._work[0], *self._ledger[:2], bell]
        return [*self._work[:2], *(self._ledger or self._reference)[:2], bell]

    @cached_property
    def _accounts(self) -> Link:
        return Link("admin", gettext("账号与单位"), "user", url_for("admin.people"))

    @property
    def designs(self) -> bool:
        """Whether the person draws processes or reviews them."""
        return self.actor.has(*overview.REVIEWERS)

    @cached_property
    def designer(self) -> Link:
        """The link to where processes are drawn and reviewed."""
        name = gettext("流程设计") if self.actor.has(Role.ANALYST) else gettext("流程审核")
        waiting = overview.to_review(self.actor)
        return Link("designer", name, "draw", url_for("designer.home"), waiting)

    @property
    def runs_the_office(self) -> bool:
        """Whether the person opens cases and draws follow-ups."""
        return self.actor.has(Role.OFFICE, Role.OFFICE_HEAD)

    @cached_property
    def _work(self) -> tuple[Link, ...]:
        counts = self.counts

        def link(key: str, name: str, icon: str, count: int = 0, *, late: bool = False) -> Link:
            return Link(key, name, icon, url_for("inbox.page", view=key), count, late)

        return (
            link("mine", gettext("我的待办"), "inbox", counts.mine, late=counts.overdue > 0),
            link("claimable", gettext("待认领"), "hand", counts.claimable),
            link("done", gettext("我已办"), "done"),
            *self._processes,
        )

    @property
    def _processes(self) -> tuple[Link, ...]:
        """The link to processes about no case, for those who have anything to do with them."""
        if not self.actor.sees_cases:
            return ()
        return (Link("processes", gettext("流程办理"), "steps", url_for("processes.page")),)

    @cached_property
    def _ledger(self) -> tuple[Link, ...]:
        """The links to what is on file; of no use to those who see no cases."""
        if not self.actor.sees_cases:
            return ()
        return (
            Link("cases", gettext("整改事项"), "list", url_for("cases.page", open=1)),
            Link("letters", gettext("督办函"), "letter", url_for("letters.page")),
            Link("changes", gettext("变更与异议"), "change", url_for("changes.page")),
            Link("ledger", gettext("整改台账"), "table", url_for("ledger.page")),
        )

    @cached_property
    def _watching(self) -> tuple[Link, ...]:
        """The links of those who look how all stands; some of it only the office may see."""
        return tuple(
            Link(key, str(name), icon, url_for(endpoint))
            for key, name, icon, endpoint, may_see in _WATCHING
            if may_see(self.actor)
        )

    @cached_property
    def _office(self) -> tuple[Link, ...]:
        return (
            Link("opening", gettext("立案下达"), "plus", url_for("opening.form")),
            Link("importing", gettext("导入台账"), "upload", url_for("importing.page")),
            Link("follow_ups", gettext("回头看抽取"), "look", url_for("follow_ups.page")),
            self._jobs,
        )

    @property
    def _jobs(self) -> Link:
        return Link("jobs", gettext("后台任务"), "clock", url_for("jobs.page"))

    @cached_property
    def _running(self) -> tuple[Link, ...]:
        failed, url = incidents.count(self.actor), url_for("incidents.page")
        failures = Link("incidents", gettext("故障处理"), "alert", url, failed, late=True)
        return (failures, self._jobs) if incidents.mends_only(self.actor) else (failures,)

    @cached_property
    def _reference(self) -> tuple[Link, ...]:
        return (
            Link("rules", gettext("期限规则"), "clock", url_for("rules.rules")),
            Link("diagrams", gettext("流程图"), "flow", url_for("diagrams.page")),
            Link("calendar", gettext("工作日历"), "calendar", url_for("calendar.page")),
            Link("guide", gettext("帮助"), "help", url_for("guide.page")),
        )


def _sees_cases(actor: Actor) -> bool:
    return actor.sees_cases


#: Key, name, icon, endpoint, and who sees it, of the pages of those who watch.
_WATCHING: tuple[tuple[str, Any, str, str, Callable[[Actor], bool]], ...] = (
    ("overview", lazy_gettext("监控总览"), "gauge", "monitor.overview", _sees_cases),
    ("timers", lazy_gettext("期限监控"), "alarm", "timers.page", _sees_cases),
    ("heat", lazy_gettext("流程热力图"), "heat", "monitor.heat", _sees_cases),
    ("statistics", lazy_gettext("统计指标"), "chart", "monitor.statistics", _sees_cases),
    ("forecast", lazy_gettext("逾期预测"), "trend", "monitor.forecast", forecasts.sees),
    ("signals", lazy_gettext("异常提示"), "ask", "monitor.signals", signals.concerns),
    ("reports", lazy_gettext("统计报告"), "report", "monitor.reports", reports.may_read),
    ("past", lazy_gettext("往日台账"), "history", "monitor.past", past.may_read),
)


def is_partial() -> bool:
    """Tell whether htmx asks for a part of the page; a restored history asks for all of it."""
    return request.headers.get("HX-Request-Type") == "partial"


def asset(name: str) -> str:
    """Return the address of a built file; it changes with the file, so browsers may keep it."""
    path = Path(current_app.static_folder or "") / "dist" / name
    stamp = path.stat().st_mtime_ns if path.exists() else 0
    return url_for("static", filename=f"dist/{name}", v=_digest(path, stamp))


@lru_cache(maxsize=64)
def _digest(path: Path, _stamp: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8] if path.exists() else "0"


def surround() -> dict[str, Any]:
    """Return what every template may use."""
    values: dict[str, Callable[..., str | list[str]] | str | Frame] = {
        "asset": asset,
        "language": language(),
        "here_url": request.full_path.rstrip("?"),
        "printed_at": local_moment(utcnow()),
    }
    if "actor" in g:
        values["frame"] = current()
    return values


def current() -> Frame:
    """Return the frame of this request."""
    if "frame" not in g:
        g.frame = Frame(g.actor)
    found: Frame = g.frame
    return found


def init_app(app: Flask) -> None:
    """Give every template its surroundings."""
    app.context_processor(surround)
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = timedelta(days=365)

    @app.after_request
    def vary(response: Any) -> Any:
        """The same address gives a page or a part of it."""
        response.vary.add("HX-Request")
        return response
