"""From the text of a rule-set file to its value; each fault is one sentence with file and key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

from app.domain.errors import Invalid, Sentence
from app.domain.rule_sets import (
    BY_DESIGN,
    DEFAULT,
    ExtensionPolicy,
    Ground,
    ObjectionPolicy,
    RuleSet,
    SuspensionPolicy,
    TimeLimit,
    Words,
)
from app.domain.rules import Span, Unit
from app.domain.vocabulary import Role, Severity

#: What a limit may be counted in; hours and minutes are no matter of law.
UNITS = (Unit.WORKDAYS, Unit.DAYS, Unit.MONTHS, Unit.YEARS)
LONGEST = 3660
#: The row of a timer has room for so much.
LONGEST_TEXT = 120
_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
_CODE = re.compile(r"T\d{2}[a-z]?")
_WORDS = ("name", "limit", "start", "article", "applies", "effect")
_RULE = {"number", "unit", "roll", "told"} | {
    key for word in _WORDS for key in (word, f"{word}_en")
}
_POLICIES = ("extension", "objection", "suspension")
_TOP = {"name", "name_en", "laws", "rules", *_POLICIES}
_BOTH = {"article", "article_en"}
_EXTENSION = _BOTH | {"max_days", "max_times", "file_before", "within_original", "approvers"}
_EXTENSION |= {"last_for", "grounds"}
_OBJECTION = _BOTH | {"window", "admission", "answer", "stops", "answered_by", "answered_by_en"}
_SUSPENSION = _BOTH | {"grounds", "approver", "last_approver", "last_for"}
#: What sets the length; a file that changes one of these must say by which article.
_LENGTH = frozenset({"number", "unit", "roll", "limit", "limit_en"})
Member = TypeVar("Member", bound=StrEnum)


class InvalidRuleSet(Invalid):
    """期限规则文件有误。"""


class _Table:
    """A table of the file that knows its place in it."""

    def __init__(self, file: str, place: str, found: Any) -> None:
        self.file, self.place = file, place
        if not isinstance(found, Mapping):
            raise self.fault(None, Sentence("应为一张表"))
        self.found: Mapping[str, Any] = found

    def fault(self, key: str | None, what: Sentence) -> InvalidRuleSet:
        """Return the error that names file and key."""
        where = ".".join(part for part in (self.place, key) if part)
        return InvalidRuleSet(
            "config/rules/%(file)s.toml：%(where)s %(what)s。",
            file=self.file,
            where=where,
            what=what,
        )

    def only(self, known: set[str]) -> None:
        """Refuse keys that mean nothing."""
        for key in self.found.keys() - known:
            raise self.fault(key, Sentence("是未知的键"))

    def text(self, key: str, *, required: bool = True) -> str:
        found = self.found.get(key, "")
        if not isinstance(found, str) or (required and not found.strip()):
            raise self.fault(key, Sentence("应为文字"))
        return found.strip()

    def words(self, key: str, *, required: bool = True) -> Words:
        """Return a text in both languages; where there is one there must be the other."""
        zh, en = self.text(key, required=required), self.text(f"{key}_en", required=required)
        if bool(zh) != bool(en):
            raise self.fault(key if en else f"{key}_en", Sentence("缺少，中英文须成对"))
        return Words(zh, en)

    def number(self, key: str, *, least: int = 1) -> int:
        found = self.found.get(key)
        if type(found) is not int or not least <= found <= LONGEST:
            params = {"least": least, "most": LONGEST, "found": found}
            raise self.fault(
                key, Sentence("应为 %(least)s 至 %(most)s 的整数，现为 %(found)s", **params)
            )
        return found

    def flag(self, key: str, default: bool) -> bool:
        found = self.found.get(key, default)
        if not isinstance(found, bool):
            raise self.fault(key, Sentence("只能是 true 或 false"))
        return found

    def member(self, key: str, kind: type[Member]) -> Member:
        return self._member(key, kind, self.found.get(key))

    def members(self, key: str, kind: type[Member]) -> tuple[Member, ...]:
        return tuple(self._member(key, kind, one) for one in self.list(key))

    def _member(self, key: str, kind: type[Member], found: Any) -> Member:
        if found not in list(kind):
            raise self.fault(key, Sentence("没有“%(found)s”这个取值", found=found))
        return kind(found)

    def list(self, key: str) -> list[Any]:
        found = self.found.get(key, [])
        if not isinstance(found, list):
            raise self.fault(key, Sentence("应为列表"))
        return found

    def table(self, key: str) -> _Table:
        place = f"{self.place}.{key}" if self.place else key
        return _Table(self.file, place, self.found.get(key, {}))

    def tables(self, key: str) -> Iterator[_Table]:
        for number, found in enumerate(self.list(key), start=1):
            yield _Table(self.file, f"{self.place}.{key}[{number}]".lstrip("."), found)


def read(name: str, found: Mapping[str, Any], *, base: Mapping[str, Any] | None = None) -> RuleSet:
    """Read a rule set; what the file leaves out is as the file of the default, *base*, has it.

    Raises:
        InvalidRuleSet: the file has a fault; the sentence names file and key.
    """
    own = _Table(name, "", found)
    if not _NAME.fullmatch(name):
        raise own.fault(None, Sentence("：文件名只能用小写字母、数字和下划线"))
    own.only(_TOP)
    whole = _Table(name, "", found if base is None else _over(own, base))
    limits = _limits(own, whole)
    return RuleSet(
        key=name,
        name=own.words("name"),
        laws=tuple(law.words("name") for law in own.tables("laws")),
        limits=MappingProxyType(limits),
        extension=_extension(whole.table("extension")),
        objection=_objection(whole.table("objection"), limits),
        suspension=_suspension(whole.table("suspension")),
    )


def _over(own: _Table, base: Mapping[str, Any]) -> dict[str, Any]:
    """Lay the tables of a file over those of the default, key by key."""
    rules = own.table("rules")
    merged = {code: _merged(base["rules"].get(code, {}), rules.table(code)) for code in rules.found}
    policies = {key: {**base[key], **own.table(key).found} for key in _POLICIES}
    return {**own.found, **policies, "rules": {**base["rules"], **merged}}


def _merged(inherited: Mapping[str, Any], own: _Table) -> dict[str, Any]:
    """Lay one rule over the inherited one: a number replaces words, and words a number."""
    if not _LENGTH.isdisjoint(own.found):
        if inherited and "article" not in own.found:
            raise own.fault("article", Sentence("缺少：改动了期限，须写明依据"))
        inherited = {key: value for key, value in inherited.items() if key not in _LENGTH}
    return {**inherited, **own.found}


def _limits(own: _Table, whole: _Table) -> dict[str, TimeLimit]:
    rules, ours = whole.table("rules"), own.table("rules")
    for code in ours.found:
        if not _CODE.fullmatch(code):
            raise ours.fault(code, Sentence("编号应为 T 加两位数字，可带一个小写字母"))
        ours.table(code).only(_RULE)
    if not rules.found:
        raise rules.fault(None, Sentence("缺少"))
    return {
        code: _limit(code, rules.table(code), own.file if code in ours.found else DEFAULT)
        for code in sorted(rules.found)
    }


def _limit(code: str, rule: _Table, source: str) -> TimeLimit:
    return TimeLimit(
        code=code,
        name=_short(rule, "name", rule.words("name")),
        span=_span(rule),
        limit=rule.words("limit", required=False),
        start=rule.words("start"),
        article=_article(rule),
        applies=rule.words("applies", required=False),
        told=rule.members("told", Role),
        effect=rule.words("effect", required=False),
        source=source,
    )


def _span(rule: _Table) -> Span | None:
    """Return how long a limit is, unless the file says in words what sets it."""
    if "limit" in rule.found:
        if "number" in rule.found:
            raise rule.fault("limit", Sentence("与 number 只能写一个"))
        return None
    number, unit = rule.number("number"), rule.member("unit", Unit)
    if unit not in UNITS:
        raise rule.fault("unit", Sentence("没有“%(found)s”这个取值", found=unit))
    rolls = rule.flag("roll", True)
    if unit is Unit.WORKDAYS and not rolls:
        raise rule.fault("roll", Sentence("不能为 false：工作日不会落在休息日"))
    return Span(unit, number, rolls=rolls)


def _article(table: _Table) -> Words:
    return _short(table, "article", table.words("article", required=False) or BY_DESIGN)


def _short(table: _Table, key: str, words: Words) -> Words:
    """Return a text that a timer's row has room for."""
    if len(words.zh) > LONGEST_TEXT:
        raise table.fault(key, Sentence("不超过 %(most)s 字", most=LONGEST_TEXT))
    return words


def _extension(policy: _Table) -> ExtensionPolicy:
    policy.only(_EXTENSION)
    approvers = policy.members("approvers", Role)
    times = policy.number("max_times")
    if times > len(approvers):
        raise policy.fault("approvers", Sentence("须为每一次延期写明审批人，至少 max_times 个"))
    return ExtensionPolicy(
        max_days=policy.number("max_days"),
        max_times=times,
        file_before=policy.number("file_before", least=0),
        within_original=policy.flag("within_original", True),
        approvers=approvers,
        last_for=policy.members("last_for", Severity),
        grounds=_grounds(policy),
        article=_article(policy),
    )


def _objection(policy: _Table, limits: Mapping[str, TimeLimit]) -> ObjectionPolicy:
    policy.only(_OBJECTION)

    def limit(key: str, code: Any) -> TimeLimit:
        if code not in limits:
            raise policy.fault(key, Sentence("所指的编号“%(code)s”不在 rules 中", code=code))
        return limits[code]

    return ObjectionPolicy(
        window=limit("window", policy.text("window")),
        admission=limit("admission", policy.text("admission")),
        answer=limit("answer", policy.text("answer")),
        stops=tuple(limit("stops", code).code for code in policy.list("stops")),
        answered_by=policy.words("answered_by"),
        article=_article(policy),
    )


def _suspension(policy: _Table) -> SuspensionPolicy:
    policy.only(_SUSPENSION)
    return SuspensionPolicy(
        grounds=_grounds(policy),
        approver=policy.member("approver", Role),
        last_approver=policy.member("last_approver", Role),
        last_for=policy.members("last_for", Severity),
        article=_article(policy),
    )


def _grounds(policy: _Table) -> tuple[Ground, ...]:
    found = tuple(Ground(one.text("key"), one.words("name")) for one in policy.tables("grounds"))
    keys = [ground.key for ground in found]
    if not keys or len(set(keys)) < len(keys):
        raise policy.fault("grounds", Sentence("不能为空，也不能重复"))
    return found
