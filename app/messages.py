"""Messages that leave the program in their reader's language, and words about them.

Outside, only what anybody may read is said: the title, the number of the case, its deadline, and a
link to all else, which asks for a login. No text that somebody has typed, no names.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask_babel import force_locale, gettext, ngettext

from app.domain.case import Case
from app.domain.notice import Delivery, Message, Notice
from app.domain.people import User
from app.domain.vocabulary import Stage
from app.sayings import VERSION_NOTICES
from app.services.delivery_faults import FAULTS
from app.texts import LOCALES, NOTICES, is_term, notice_template, word

#: Of a digest.
MOST_CASES = 40

#: What may stand in a message beside words of our own: dates, and numbers of letters.
_HARMLESS = re.compile(
    r"[\d\-/.:]{1,40}|[\u4e00-\u9fff]{1,12}[\u3014\[]\d{4}[\u3015\]]\d{1,6}\u53f7"
)
#: What markdown takes for a sign, or a log for a line of its own.
_SIGNS = re.compile(r"[\[\]()<>*_`#!|~\\\x00-\x1f\x7f]")


#: What kinds are called whose sentence names a particular.
_TITLES = {
    "light_changed": "预警灯变化",
    "letter_issued": "收到督办函",
    "clue_recorded": "登记问责线索",
    "extension_granted": "延期申请已同意",
    "standing_granted": "转持续整改申请已同意",
    "reassignment_granted": "责任单位已变更",
    "change_refused": "变更申请未获同意",
    "change_withdrawn": "变更申请已撤回",
    "objection_settled": "复查申请已办结",
    "notify": "流程通知",
    "reminded": "收到催办",
    "version_submitted": "流程版本等待审核",
    "version_approved": "流程版本已通过审核",
    "version_returned": "流程版本被退回修改",
}
#: Kinds whose whole sentence is a diagram's own: a variable may put anything into it.
_OWN_WORDS = frozenset({"notify", *VERSION_NOTICES})
#: Groups of kinds by meaning, known by how the names of their kinds begin or end.
_GROUPS = (
    ("期限到期", re.compile(r".*_(due|missing)")),
    ("预警灯", re.compile(r"light_.*")),
    ("变更与异议", re.compile(r".*_(granted|advised)|(change|objection)_.*")),
    ("流程设计", re.compile(r"version_.*")),
    ("督办函与问责", re.compile(r"(letter|clue)_.*")),
    ("办理结果与其他", re.compile(r".*")),
)


@dataclass(frozen=True, slots=True)
class _Item:
    """One line of a message: of one case, what and how often."""

    title: str
    case: Case | None
    kinds: tuple[str, ...]
    count: int

    @property
    def number(self) -> str:
        return _SIGNS.sub(" ", self.case.number) if self.case else ""

    @property
    def facts(self) -> dict[str, Any]:
        """The same for programs."""
        due = _due(self.case)
        return {
            "kinds": list(self.kinds),
            "title": self.title,
            "case": self.number or None,
            "due_on": due.isoformat() if due else None,
            "count": self.count,
        }


class Writer:
    """Words what `deliveries` sends; *base_url* is where people open this program."""

    def __init__(self, base_url: str) -> None:
        self._base = base_url

    def notice(self, notice: Notice, user: User) -> Message:
        """Word one notice."""
        with force_locale(user.locale or LOCALES[0]):
            item = _Item(outside(notice), notice.case, (notice.what,), 1)
            ending = f" {item.number}" if item.number else ""
            link = f"{self._base}/notices/{notice.id}"
            return self._message(f"{item.title}{ending}", [item], link, kind="notice")

    def digest(self, notices: Sequence[Notice], user: User) -> Message:
        """Word all that is unread, case by case."""
        with force_locale(user.locale or LOCALES[0]):
            items = list(_by_case(notices))
            title = ngettext("%(num)s 条未读通知", "%(num)s 条未读通知", len(notices))
            return self._message(title, items, f"{self._base}/notices", kind="digest")

    def test(self, user: User) -> Message:
        """Word a message that only tries out an address."""
        with force_locale(user.locale or LOCALES[0]):
            title = gettext("测试消息：今后的通知会发送到这里")
            return self._message(title, [], f"{self._base}/me/notices", kind="test")

    def _message(self, title: str, items: Sequence[_Item], link: str, *, kind: str) -> Message:
        subject = gettext("【销号台】%(title)s", title=title)
        shown = items[:MOST_CASES]
        lines = [line for item in shown for line in _lines(item, alone=kind == "notice")]
        if len(items) > len(shown):
            lines.append(gettext("其余 %(count)s 件请登录查看。", count=len(items) - len(shown)))
        foot = gettext("本消息由系统自动发送；接收设置：%(url)s", url=f"{self._base}/me/notices")
        text = [title, "", *lines, gettext("登录查看：%(url)s", url=link), "", foot]
        onward = gettext("登录查看")
        marked = [f"**{subject}**", *(f"> {line}" for line in lines), ""]
        marked.append(f"[{onward}]({link})")
        facts = {"kind": kind, "link": link, "items": [item.facts for item in items]}
        return Message(subject, "\n".join(text), "\n".join(marked), facts)


def _lines(item: _Item, *, alone: bool) -> Iterator[str]:
    due = _due(item.case)
    if not alone:
        head = item.number or gettext("其他")
        yield gettext("%(case)s：%(told)s", case=head, told=item.title)
    elif item.case is not None:
        yield gettext("事项：%(number)s", number=item.number)
        if due is not None:
            yield gettext("整改期限：%(day)s", day=due.isoformat())


def _due(case: Case | None) -> Any:
    """Return the deadline of a case, as long as one runs."""
    if case is None or case.stage.is_over or case.stage is Stage.SUSPENDED:
        return None
    return case.due_on


def _by_case(notices: Sequence[Notice]) -> Iterator[_Item]:
    for _, group in groupby(notices, key=lambda one: one.case_id):
        told = list(group)
        counts = Counter(outside(one) for one in told)
        titles = [t if n == 1 else f"{t} ×{n}" for t, n in counts.items()]
        kinds = tuple(dict.fromkeys(one.what for one in told))
        yield _Item(gettext("；").join(titles), told[0].case, kinds, len(told))


def outside(notice: Notice) -> str:
    """Return a notice as a sentence without anything that somebody has typed."""
    if notice.what in _OWN_WORDS:
        name = notice.process.diagram.name if notice.process else ""
        title = gettext("流程通知：%(name)s", name=name) if name else kind_title(notice.what)
        return _SIGNS.sub(" ", title)
    told = {key: _harmless(value) for key, value in notice.params.items()}
    return _SIGNS.sub(" ", notice_template(notice.what) % told)


def _harmless(value: Any) -> str:
    if is_term(value):
        return word(value)
    return str(value) if _HARMLESS.fullmatch(str(value)) else "…"


def kind_title(what: str) -> str:
    """Name a kind of notice."""
    if what in _TITLES:
        return gettext(_TITLES[what])
    return notice_template(what) % defaultdict(lambda: "…")


def kinds() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return all kinds of notice by meaning: the name of a group, and each kind with its title."""
    found: dict[str, list[tuple[str, str]]] = {label: [] for label, _ in _GROUPS}
    for what in NOTICES:
        label = next(label for label, pattern in _GROUPS if pattern.fullmatch(what))
        found[label].append((what, kind_title(what)))
    return [(gettext(label), them) for label, them in found.items() if them]


def fault_text(delivery: Delivery) -> str:
    """Say why a delivery was not sent; what the other side said stands in brackets."""
    fault, _, detail = delivery.error.partition(": ")
    told = gettext(FAULTS[fault]) if fault in FAULTS else ""
    return gettext("%(told)s（对方答复：%(detail)s）", told=told, detail=detail) if detail else told
