"""A new process without code: drawn from nothing in the browser, reviewed, published, and run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from playwright.sync_api import Page, expect

from app.services import history
from tests.appointing import ANSWERS, KEY
from tests.ui.drawing_board import Board
from tests.ui.people import Person

NAME = "兼职督学聘任"
ABOUT = "聘任兼职督学三年，期满前 90 日提醒续聘或离任。"
WHOSE = "贺兰"


@dataclass(frozen=True)
class Field:
    """One field of a form, as an analyst sets it up."""

    label: str
    kind: str
    key: str
    variable: str = ""
    options: Sequence[tuple[str, str]] = ()
    #: Shown only while another field has this value.
    shown: tuple[str, str] = ("", "")
    required: bool = True


@dataclass(frozen=True)
class Form:
    key: str
    title: str
    fields: Sequence[Field] = field(default_factory=tuple)


YES_OR_NO = (("同意", "yes"), ("退回", "no"))
FOUND = (("没有异议", "none"), ("异议不成立", "dismissed"), ("异议成立", "upheld"))
ON_OR_OFF = (("续聘", "renew"), ("离任", "leave"))
FORMS = (
    Form("proposal", "聘任人选", (
        Field("姓名", "textfield", "name"),
        Field("单位", "textfield", "employer"),
        Field("专长", "textarea", "expertise"),
        Field("任期起", "datetime", "since"),
        Field("任期止", "datetime", "until", variable="until"),
    )),
    Form("check", "人选审核", (
        Field("审核结论", "radio", "approved", "approved", YES_OR_NO),
    )),
    Form("publicity", "公示", (Field("公示渠道", "textfield", "channel"),)),
    Form("objections", "公示异议", (
        Field("公示期间的异议", "radio", "objection", "objection", FOUND),
    )),
    Form("letter", "聘书", (Field("聘书编号", "textfield", "letter"),)),
    Form("renewal", "续聘或离任", (
        Field("决定", "radio", "renewal", "renewal", ON_OR_OFF),
        Field("新任期止", "datetime", "next_until", "until", shown=("renewal", "renew")),
    )),
)  # fmt: skip


class Drawing(Board):
    """A process that grows from its first element, by the menus, the mouse and the panel."""

    def __init__(self, analyst: Person, key: str) -> None:
        super().__init__(analyst, key)
        self.places: dict[str, str] = {}

    def spot(self, element: str) -> tuple[float, float]:
        """Where to click at an element or in the middle of a flow."""
        x, y = self.runs(
            """const canvas = m.get('canvas'), view = canvas.viewbox();
            const box = canvas.getContainer().getBoundingClientRect();
            const one = m.get('elementRegistry').get(x), way = one.waypoints;
            const [a, z] = way ? [way[way.length - 2], way[way.length - 1]] : [];
            const at = way ? {x: (a.x + z.x) / 2, y: (a.y + z.y) / 2}
              : {x: one.x + one.width / 2, y: one.y + one.height / 2};
            return [box.x + (at.x - view.x) * view.scale, box.y + (at.y - view.y) * view.scale]""",
            element,
        )
        return x, y

    def chosen(self) -> str | None:
        found: str | None = self.runs("return m.get('selection').get()[0]?.id ?? null")
        return found

    def stands_back(self) -> None:
        """Have the whole drawing in view, with room for the menus beside its elements."""
        self.does("fit")
        self.does("out")

    def picks(self, name: str) -> None:
        """Click at an element; once more if the findings below have moved the board meanwhile."""
        element = self.places.get(name, name)
        for _ in range(4):
            if self.chosen() == element:  # another click would let it go again
                return
            self.comes_near(element)
            self.page.mouse.click(*self.spot(element))
        assert self.chosen() == element

    def comes_near(self, element: str) -> None:
        """Turn the wheel over an element."""
        self.does("fit")
        self.page.mouse.move(*self.spot(element))
        self.page.keyboard.down("Control")
        for _ in range(6):
            self.page.mouse.wheel(0, -100)
        self.page.keyboard.up("Control")

    def goes_on(self, piece: str, name: str) -> None:
        """Append a piece to what is selected, and name it."""
        self.stands_back()
        self.page.locator(".djs-context-pad [data-action='append']").click()
        self._chooses(piece)
        self.places[name] = self.selected()
        if name.startswith("#"):
            return  # it goes without a name
        if "任务" not in piece:
            self.stands_back()
            self.page.mouse.dblclick(*self.spot(self.places[name]))
        self._names(name)

    def asks(self, name: str, role: str, form: str) -> None:
        """Append a task for people, with role and form."""
        self.goes_on("人工任务", name)
        self.field("gov-role").select_option(label=role)
        self.field("gov-form").select_option(form)

    def tells(self, name: str, text: str) -> None:
        """Append a notice to the office and its head."""
        self.goes_on("系统任务", name)
        self.field("gov-topic").select_option(label="发送通知")
        self.field("gov-param-text").fill(text)
        roles = self.part("panel").locator("[data-entry-id='gov-param-to']")
        for role in ("督导办", "督导办主任"):
            roles.get_by_label(role, exact=True).check()

    def waits(self, name: str, **rule: str) -> None:
        """Append a clock with its rule."""
        self.goes_on("定时中间捕获事件", name)
        for part, value in rule.items():
            control = self.field(f"gov-{part}-")
            if control.evaluate("it => it.tagName") == "SELECT":
                control.select_option(value)
            else:
                control.fill(value)

    def leads(self, name: str, to: str) -> None:
        """Draw a flow from one element to another."""
        self.picks(name)
        self.stands_back()
        self.page.locator(".djs-context-pad [data-action='connect']").click()
        x, y = self.spot(self.places[to])
        self.page.mouse.move(x - 4, y - 4)
        self.page.mouse.move(x, y)
        self.page.mouse.click(x, y)

    def decides(self, name: str, to: str, value: str = "") -> None:
        """Say when a way out of a gateway is taken; without a value, always else."""
        flow = self.runs(
            """const one = m.get('elementRegistry').get(x[0]);
            return one.outgoing.find((each) => each.target.id === x[1]).id""",
            [self.places[name], self.places[to]],
        )
        self.picks(flow)
        if not value:
            self.field("gov-default").check()
            return
        variable, words = value.split("=")
        self.field("gov-condition-variable").select_option(variable)
        self.field("gov-condition-value").select_option(label=words)


def makes_the_forms(analyst: Person) -> None:
    page = analyst.page
    for form in FORMS:
        page.get_by_role("link", name="表单", exact=True).click()
        page.fill("#new-title", form.title)
        page.fill("#new-key", form.key)
        page.get_by_role("button", name="新建", exact=True).click()
        for one in form.fields:
            adds(page, one)


def adds(page: Page, one: Field) -> None:
    """Add a field to the open form, and set it up."""
    page.fill("#new-label", one.label)
    page.select_option("#new-type", one.kind)
    page.get_by_role("button", name="添加", exact=True).click()
    expect(page.locator("#set-label")).to_have_value(one.label)
    page.fill("#set-key", one.key)
    if one.required:
        page.check("#set-required")
    for number, (words, value) in enumerate(one.options):
        if number:
            page.get_by_role("button", name="增加一行").click()
        page.get_by_label("选项名称").nth(number).fill(words)
        page.get_by_label("选项的值").nth(number).fill(value)
    if one.variable:
        if not page.locator("#set-variable").is_visible():
            page.locator("summary", has_text="说明与默认值").click()
        page.fill("#set-variable", one.variable)
    if one.shown[0]:
        page.select_option("#condition-field", one.shown[0])
        page.select_option("#condition-value", one.shown[1])
    page.locator("#field-form").evaluate("it => it.setAttribute('data-sent', '')")
    page.locator(".desk-save").get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("#field-form:not([data-sent])")).to_be_attached()


def draws(analyst: Person) -> None:
    board = Drawing(analyst, KEY)
    board.field("gov-subject").select_option(label="不针对问题")
    board.field("gov-title").select_option(label="姓名（name）")
    board.part("panel").locator(".bio-properties-panel-group-header", has_text="说明").click()
    board.field("documentation").fill(ABOUT)
    board.picks("ended")
    board.page.keyboard.press("Delete")
    board.picks("started")
    draws_the_appointment(board)
    draws_the_end(board)
    draws_the_ways(board)
    expect(board.part("count")).to_have_text("没有发现问题")
    board.is_kept()


def draws_the_appointment(board: Drawing) -> None:
    board.asks("填报聘任人选", "督导办", "proposal")
    board.asks("审核人选", "督导办主任", "check")
    board.goes_on("排他网关", "同意？")
    board.asks("发布公示", "督导办", "publicity")
    board.goes_on("并行网关", "#公示")
    board.waits("公示满7个工作日", number="7")
    board.goes_on("并行网关", "#公示完")
    board.goes_on("排他网关", "异议成立？")
    board.asks("签发聘书", "督导办主任", "letter")
    board.tells("通知已聘任", "兼职督学聘书已签发，聘期三年，请安排责任片区。")


def draws_the_end(board: Drawing) -> None:
    rule = {"kind": "某个日期之前", "date": "until", "number": "90"}
    board.waits("聘期届满前90日", **rule, unit="日（自然日）")
    board.tells("提醒聘期将满", "兼职督学聘期 90 日后届满，请研究续聘或离任。")
    board.asks("续聘或离任", "督导办", "renewal")
    board.goes_on("排他网关", "续聘？")
    board.tells("通知离任", "兼职督学聘期届满离任，请收回证件。")
    board.goes_on("结束事件", "离任")


def draws_the_ways(board: Drawing) -> None:
    board.picks("#公示")
    board.asks("登记公示异议", "督导办", "objections")
    board.leads("登记公示异议", "#公示完")
    board.picks("异议成立？")
    board.goes_on("结束事件", "不予聘任")
    board.leads("同意？", "填报聘任人选")
    board.leads("续聘？", "聘期届满前90日")
    board.decides("同意？", "发布公示", "approved=同意")
    board.decides("同意？", "填报聘任人选")
    board.decides("异议成立？", "不予聘任", "objection=异议成立")
    board.decides("异议成立？", "签发聘书")
    board.decides("续聘？", "聘期届满前90日", "renewal=续聘")
    board.decides("续聘？", "通知离任")


def submits(analyst: Person) -> None:
    page = analyst.page
    page.get_by_role("link", name="提交审核").click()
    page.get_by_label("为什么修改").fill("县里自行聘任兼职督学。")
    page.get_by_role("button", name="提交审核").click()


def publishes(reviewer: Person) -> None:
    page = reviewer.opens(f"/designer/{KEY}/versions")
    page.get_by_role("link", name="第 1 版", exact=True).click()
    reviewer.reads("县里自行聘任兼职督学。")
    page.get_by_label("审核意见").fill("同意。")
    page.get_by_role("button", name="通过", exact=True).click()
    reviewer.hears("第 1 版已生效")


def starts(office: Person) -> None:
    """Start the process from the navigation, and fill in its first form, which is there at once."""
    page = office.opens("/inbox")
    page.get_by_role("link", name="流程办理").first.click()
    page.get_by_role("link", name="发起流程").first.click()
    office.reads(ABOUT)
    page.get_by_role("button", name=f"发起这个流程 {NAME}").click()
    expect(page.locator("#task-title")).to_have_text("填报聘任人选")
    office.fills(ANSWERS["propose"])
    office.sends()
    office.hears("下一环节：审核人选（督导办主任（青岚县））")


def test_a_process_is_drawn_from_nothing_published_and_run(person, cast):
    analyst, office, office_head = (person(who) for who in ("fenxi", "wangmin", "chenjianguo"))
    page = analyst.opens("/designer/new")
    page.fill("#name", NAME)
    page.fill("#key", KEY)
    page.get_by_role("button", name="开始绘制").click()
    makes_the_forms(analyst)
    draws(analyst)
    submits(analyst)
    publishes(person("fuhe"))

    starts(office)
    office_head.does("审核人选", WHOSE, approved="yes")
    office.does("发布公示", WHOSE, channel="县政府网站")
    office.does("登记公示异议", WHOSE, objection="none")
    assert cast.until(date(2026, 3, 11)) == 0
    assert cast.until(date(2026, 3, 12)) == 1
    office_head.does("签发聘书", WHOSE, letter="青教督聘〔2026〕3号")

    page = office.opens("/notices")
    page.get_by_role("link", name="兼职督学聘书已签发").click()
    expect(page.locator("h1")).to_have_text(f"{NAME}：{WHOSE}")
    office.reads("聘期届满前90日：2029-03-31 之前 90 日")
    assert history.verify() == []
