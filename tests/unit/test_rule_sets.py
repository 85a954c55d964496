"""Rule sets: what a file says, what it inherits, and each fault by file and key."""

import copy
import shutil
import tomllib
from typing import Any

import pytest

from app.domain.rule_set_reading import InvalidRuleSet, read
from app.domain.rule_sets import BY_DESIGN, differences
from app.domain.rules import Rule, Span, Unit
from app.domain.vocabulary import Role, Severity
from app.services import rule_sets

BASE = tomllib.loads((rule_sets.FOLDER / "default.toml").read_text(encoding="utf-8"))


def of(**rules: Any) -> dict[str, Any]:
    """A file of its own that says *rules*."""
    return {"name": "甲省", "name_en": "A", "rules": rules}


def test_the_five_sets_are_there_the_default_first():
    assert rule_sets.names() == ["default", "chongqing", "shandong", "shanghai", "zhejiang"]


def test_every_code_of_the_rule_book_is_in_every_set():
    codes = set(rule_sets.get("default").limits)

    assert {f"T{n:02}" for n in (0, 1, 2, 3, 4, 5, 7, 9, 10, 11, 12, 13, 14, 15, 16)} <= codes
    assert {"T02b", "T04b", "T06a", "T08a", "T10b", "T17a", "T17f", "T18c", "T20", "T23"} <= codes
    assert all(set(one.limits) == codes for one in rule_sets.all_sets().values())


@pytest.mark.parametrize(
    ("province", "code", "span", "article"),
    [
        ("chongqing", "T01", Span(Unit.DAYS, 5), "《重庆市教育督导条例》第二十六条"),
        ("chongqing", "T15", Span(Unit.DAYS, 10), "《重庆市教育督导条例》第二十八条"),
        ("shanghai", "T01", Span(Unit.WORKDAYS, 10), "《上海市教育督导条例》"),
        ("zhejiang", "T04", Span(Unit.DAYS, 10), "《浙江省教育督导条例》"),
        ("zhejiang", "T04b", Span(Unit.DAYS, 30), "《浙江省教育督导条例》"),
        ("shandong", "T04", Span(Unit.DAYS, 15), "《山东省教育督导条例》第十八条"),
        ("shandong", "T04b", Span(Unit.MONTHS, 1), "《山东省教育督导条例》第十八条"),
        ("default", "T16", Span(Unit.WORKDAYS, 20), "《政府信息公开条例》第二十六条"),
    ],
)
def test_a_province_has_its_own_time_and_says_by_which_article(province, code, span, article):
    limit = rule_sets.get(province).limits[code]

    assert (limit.span, limit.article.zh) == (span, article)
    assert limit.source == province


def test_what_no_law_fixes_says_so():
    limit = rule_sets.get("chongqing").limits["T05"]

    assert limit.is_by_design
    assert limit.article == BY_DESIGN
    assert limit.source == "default"


def test_every_text_is_there_in_both_languages():
    for one in rule_sets.all_sets().values():
        for limit in one.limits.values():
            for words in (limit.name, limit.start, limit.article, limit.limit, limit.applies):
                assert bool(words.zh) == bool(words.en), (one.key, limit.code)
                assert words.en.isascii() or "–" in words.en, words.en


def test_a_set_changes_what_it_says_and_inherits_the_rest():
    own = of(T05={"number": 7, "unit": "days", "article": "甲条例", "article_en": "A, Art. 1"})

    found = read("jia", own, base=BASE)

    assert found.limits["T05"].span == Span(Unit.DAYS, 7)
    assert found.limits["T05"].start.zh == "签收之日"
    assert found.limits["T03"].span == Span(Unit.WORKDAYS, 2)
    assert found.extension.approvers == (Role.OFFICE_HEAD, Role.CHIEF, Role.COMMITTEE)


def test_words_take_the_place_of_a_number_and_a_number_that_of_words():
    law = {"article": "甲条例", "article_en": "A"}
    own = of(
        T05={"limit": "另行通知", "limit_en": "as told", **law},
        T00={"number": 3, "unit": "workdays", **law},
    )

    found = read("jia", own, base=BASE)

    assert (found.limits["T05"].span, found.limits["T05"].limit.zh) == (None, "另行通知")
    assert found.limits["T00"].span == Span(Unit.WORKDAYS, 3)
    assert not found.limits["T00"].limit


def test_a_period_may_stay_on_a_day_of_rest():
    law = {"article": "甲条例", "article_en": "A"}

    found = read(
        "jia", of(T15={"number": 10, "unit": "days", "roll": False, **law}), base=BASE
    ).limits["T15"]

    assert found.span == Span(Unit.DAYS, 10, rolls=False)
    assert Rule.parse(str(found.span)).span == found.span


LAW = {"article": "甲条例", "article_en": "A"}
FAULTS = [
    (
        of(T05={"number": 0, "unit": "days", **LAW}),
        "rules.T05.number 应为 1 至 3660 的整数，现为 0",
    ),
    (of(T05={"number": "10", "unit": "days", **LAW}), "rules.T05.number 应为"),
    (of(T05={"number": True, "unit": "days", **LAW}), "rules.T05.number 应为"),
    (of(T05={"number": 5, "unit": "weeks", **LAW}), "rules.T05.unit 没有“weeks”这个取值"),
    (of(T05={"number": 5, "unit": "hours", **LAW}), "rules.T05.unit 没有“hours”这个取值"),
    (of(T05={"number": 5, **LAW}), "rules.T05.unit 没有“None”这个取值"),
    (of(T05={"number": 5, "unit": "days"}), "rules.T05.article 缺少：改动了期限，须写明依据"),
    (of(T05={"roll": "no", "number": 5, "unit": "days", **LAW}), "rules.T05.roll 只能是"),
    (of(T05={"roll": False, "number": 5, "unit": "workdays", **LAW}), "rules.T05.roll 不能为"),
    (of(T05={"numbre": 5}), "rules.T05.numbre 是未知的键"),
    (of(T05={"article": "甲条例"}), "rules.T05.article_en"),
    (of(T05={"article": "条" * 121, "article_en": "A"}), "rules.T05.article 不超过 120 字"),
    (of(T05={"name": "名" * 121, "name_en": "N"}), "rules.T05.name 不超过 120 字"),
    (of(T05={"told": ["teacher"]}), "rules.T05.told 没有“teacher”这个取值"),
    (of(T05={"told": "office"}), "rules.T05.told 应为列表"),
    (of(T05={"name": 5, "name_en": "x"}), "rules.T05.name 应为文字"),
    (
        of(T05={"number": 5, "unit": "days", "limit": "x", "limit_en": "x", **LAW}),
        "rules.T05.limit 与 number 只能写一个",
    ),
    (of(T77={"number": 5, "unit": "days", **LAW}), "rules.T77.name 应为文字"),
    (of(X1={"number": 5, "unit": "days", **LAW}), "rules.X1 编号应为 T 加两位数字"),
    (of(T05=[]), "rules.T05 应为一张表"),
    ({"name": "甲省", "rules": {}}, "jia.toml：name_en 应为文字"),
    ({**of(), "colour": "red"}, "jia.toml：colour 是未知的键"),
    ({**of(), "laws": [{"name": "甲"}]}, "laws[1].name_en 应为文字"),
    ({**of(), "extension": {"max_times": 4}}, "extension.approvers 须为每一次延期写明审批人"),
    ({**of(), "extension": {"approvers": ["boss"]}}, "extension.approvers 没有“boss”"),
    ({**of(), "extension": {"file_before": -1}}, "extension.file_before 应为 0 至"),
    ({**of(), "extension": {"grounds": []}}, "extension.grounds 不能为空"),
    ({**of(), "objection": {"stops": ["T99"]}}, "objection.stops 所指的编号“T99”不在 rules 中"),
    ({**of(), "objection": {"window": "T99"}}, "objection.window 所指的编号“T99”"),
    ({**of(), "suspension": {"approver": "x"}}, "suspension.approver 没有“x”"),
    ({**of(), "suspension": {"ground": []}}, "suspension.ground 是未知的键"),
]


@pytest.mark.parametrize(("found", "sentence"), FAULTS, ids=[text for _, text in FAULTS])
def test_each_fault_is_told_with_file_and_key(found, sentence):
    with pytest.raises(InvalidRuleSet) as refused:
        read("jia", found, base=BASE)

    assert str(refused.value).startswith("config/rules/jia.toml：")
    assert sentence in str(refused.value)


@pytest.mark.parametrize("name", ["Jia", "jia-x", "甲", "../jia", "j" * 33])
def test_a_file_has_a_plain_name(name):
    with pytest.raises(InvalidRuleSet, match="文件名"):
        read(name, of(), base=BASE)


def test_a_default_without_rules_is_refused():
    bare = copy.deepcopy(BASE) | {"rules": {}}

    with pytest.raises(InvalidRuleSet, match="rules 缺少"):
        read("default", bare)


def test_a_file_that_is_no_toml_is_named(tmp_path):
    shutil.copy(rule_sets.FOLDER / "default.toml", tmp_path)
    (tmp_path / "jia.toml").write_text("name = ", encoding="utf-8")

    with pytest.raises(InvalidRuleSet, match="无法读取"):
        rule_sets.read_folder(tmp_path)


def test_sets_differ_where_law_or_time_differ():
    default, chongqing = rule_sets.get("default"), rule_sets.get("chongqing")

    assert [one.code for one in differences(default, chongqing)] == [
        "T00b",
        "T01",
        "T02",
        "T02b",
        "T15",
    ]
    assert differences(default, default) == []


@pytest.mark.parametrize(
    ("number", "total", "severity", "who"),
    [
        (1, 30, Severity.GENERAL, Role.OFFICE_HEAD),
        (1, 31, Severity.GENERAL, Role.CHIEF),
        (2, 20, Severity.SERIOUS, Role.CHIEF),
        (3, 20, Severity.GENERAL, Role.COMMITTEE),
        (1, 10, Severity.MAJOR, Role.COMMITTEE),
        (4, 10, Severity.GENERAL, None),
    ],
)
def test_the_longer_and_the_more_often_the_higher_up(number, total, severity, who):
    policy = rule_sets.get("default").extension

    assert policy.approver(number, total_days=total, severity=severity) is who


def test_an_objection_stops_no_clock_unless_the_rules_say_so():
    policy = rule_sets.get("shandong").objection

    assert policy.stops == ()
    assert (policy.window.code, policy.answer.code) == ("T04", "T04b")
