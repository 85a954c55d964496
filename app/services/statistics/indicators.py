"""指标: each with its formula in words, and its numerator and denominator as figures of cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from app.services.tallies import Counts


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many cases."""

    n: int
    of: int

    @property
    def rate(self) -> Fraction | None:
        """The exact rate; ``None`` where there is nothing to divide by."""
        return Fraction(self.n, self.of) if self.of else None

    @property
    def percent(self) -> float | None:
        """The rate in per cent, to one place."""
        return None if self.rate is None else float(round(self.rate * 100, 1))


@dataclass(frozen=True, slots=True)
class Indicator:
    """What is divided by what, under which name, and why so."""

    key: str
    name: str
    formula: str
    #: Figures: the numerator and the denominator.
    over: str
    under: str
    says: str
    #: 1 if more of it is better, -1 if less is, 0 if it only tells how things are.
    good: int = 1

    def of(self, counts: Counts) -> Share:
        """Return its share, given how many cases meet each figure."""
        return Share(counts[self.over], counts[self.under])


@dataclass(frozen=True, slots=True)
class Group:
    """Indicators that are read together."""

    name: str
    indicators: tuple[Indicator, ...]


_PROGRESS = Group(
    "整改进度",
    (
        Indicator(
            "rectified",
            "整改率（办结率）",
            "核查认定“完成”的 ÷ 下达的",
            *("verified", "issued"),
            "只认核查结论“完成”，不认单位自报；反弹后重开的，重新核查前不算。",
        ),
        Indicator(
            "progressed",
            "达到序时进度",
            "最近核查认定“达到序时进度”的 ÷ 下达的",
            *("stage_passed", "issued"),
            "分阶段、长期坚持的事项一个阶段合格，另列于此，不计入整改率。",
            0,
        ),
        Indicator(
            "closed",
            "销号率",
            "现已销号的 ÷ 下达的",
            *("closed_out", "issued"),
            "反弹后销号即撤回，从分子中减去。",
        ),
        Indicator(
            "closed_passing",
            "销号率（不含长期坚持）",
            "非长期坚持且现已销号的 ÷ 非长期坚持的",
            *("passing_closed_out", "passing"),
            "长期坚持的事项本无终点，混在一起会压低销号率。",
        ),
        Indicator(
            "within",
            "在期内未完成",
            "未报结且期限未到的 ÷ 下达的",
            *("within", "issued"),
            "期限未到，不是逾期，单独列出。",
            0,
        ),
    ),
)
_TIME = Group(
    "按期与逾期",
    (
        Indicator(
            "in_time",
            "按期整改率（含延期）",
            "在现行期限内报结且首次核查“完成”的 ÷ 期限已过或已办结的",
            *("in_time", "due"),
            "以单位报结之日为准，不因核查排期而误；批准延期的按延期后的期限算。期限未到的不进分母。",
        ),
        Indicator(
            "in_time_as_first_set",
            "按期整改率（不含延期）",
            "在原定期限内报结且首次核查“完成”的 ÷ 原定期限已过或已办结的",
            *("in_time_as_first_set", "due_as_first_set"),
            "一律按下达时的原截止日期算，延期、中止、反弹都不改变它。",
        ),
        Indicator(
            "overdue",
            "逾期率",
            "期限已过仍未报结的 ÷ 下达的",
            *("overdue", "issued"),
            "只算今天仍逾期的；已报结待核查、已中止的不算。",
            -1,
        ),
        Indicator(
            "ever_overdue",
            "曾逾期率",
            "曾有期限过而未报结的 ÷ 下达的",
            *("ever_overdue", "issued"),
            "期满后才批准的延期、才报的结，不抹去逾期。",
            -1,
        ),
        Indicator(
            "extended",
            "延期率",
            "批准过延期的 ÷ 下达的",
            *("extended", "issued"),
            "与两个按期整改率对照看。",
            0,
        ),
    ),
)
_DUTY = Group(
    "各环节是否按时",
    (
        Indicator(
            "signed",
            "签收及时率",
            "按时签收的 ÷ 应签收的",
            *("signed_in_time", "to_sign"),
            "逾期视为送达的，不算按时签收。",
        ),
        Indicator(
            "planned",
            "方案按时报送率",
            "按时报送方案的 ÷ 应报送方案的",
            *("planned_in_time", "to_plan"),
            "立行立改不要求方案，不进分母；退回重报的，每次都要按时。",
        ),
        Indicator(
            "reviewed_late",
            "超期初审率",
            "主管部门超期初审的 ÷ 应初审的",
            *("reviewed_late", "to_review"),
            "主管部门负连带责任；有一次超期即计入。",
            -1,
        ),
    ),
)
_QUALITY = Group(
    "质量与督办",
    (
        Indicator(
            "right_at_once",
            "一次通过率",
            "首次核查即“完成”的 ÷ 核查过的",
            *("right_at_once", "looked_at"),
            "报得实不实，看第一次核查。",
        ),
        Indicator(
            "looked_back",
            "回头看覆盖率",
            "已回头看的 ÷ 应回头看的",
            *("looked_back", "to_look_back_at"),
            "销号满30日的即应回头看；提前看过的也算。",
        ),
        Indicator(
            "relapsed",
            "反弹率（按回头看）",
            "认定反弹的 ÷ 回头看过的",
            *("relapsed", "looked_back"),
            "没有回头看的不进分母，否则看得越少反弹率越低。",
            -1,
        ),
        Indicator(
            "relapsed_of_closed",
            "反弹率（按销号）",
            "认定反弹的 ÷ 曾销号的",
            *("relapsed", "ever_closed_out"),
            "口径不同，不与上一行比较。",
            -1,
        ),
        Indicator(
            "expedited",
            "督办率",
            "印发过督办函的 ÷ 下达的",
            *("got_letter", "issued"),
            "即每百件中被督办的件数；一件事项多份督办函只算一次。",
            -1,
        ),
    ),
)
GROUPS = (_PROGRESS, _TIME, _DUTY, _QUALITY)
INDICATORS: Mapping[str, Indicator] = {one.key: one for group in GROUPS for one in group.indicators}
#: Shown beside, by no rate: what is in no figure, or stands still.
BESIDE = ("awaiting", "suspended", "terminated", "revoked")
#: By which rankings may be ordered.
RANKABLE = ("in_time", "rectified", "closed", "overdue", "right_at_once", "relapsed")
