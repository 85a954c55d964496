"""The closed vocabularies of the domain. The value is stored; the label is what users call it."""

from enum import StrEnum


class Term(StrEnum):
    """A word with its Chinese name: ``SERIOUS = "serious", "较重"``."""

    label: str

    def __new__(cls, value: str, label: str = "") -> "Term":
        """Make a member that is its value and carries its label."""
        member = str.__new__(cls, value)
        member._value_, member.label = value, label
        return member


class Stage(Term):
    """Where a case stands, from notice to close-out and beyond."""

    ISSUED = "issued", "待签收"
    OBJECTION = "objection", "异议复查中"
    PLANNING = "planning", "制定方案"
    PLAN_REVIEW = "plan_review", "方案审核"
    RECTIFYING = "rectifying", "整改中"
    CONTINUING = "continuing", "持续整改"
    REPORTING = "reporting", "单位报结"
    FIRST_REVIEW = "first_review", "主管部门初审"
    VERIFICATION = "verification", "核查"
    PUBLIC_NOTICE = "public_notice", "销号公示"
    APPROVAL = "approval", "审定销号"
    CLOSED_OUT = "closed_out", "已销号"
    FOLLOW_UP = "follow_up", "回头看"
    SUSPENDED = "suspended", "中止"
    TERMINATED = "terminated", "终结"
    REVOKED = "revoked", "已撤销"

    @property
    def is_closed_out(self) -> bool:
        """Whether the case is off the ledger, looked back at or not."""
        return self in (Stage.CLOSED_OUT, Stage.FOLLOW_UP)

    @property
    def is_over(self) -> bool:
        """Whether nothing is to be done any more: no deadline runs, no light burns."""
        return self.is_closed_out or self in (Stage.TERMINATED, Stage.REVOKED)


class Severity(Term):
    """How grave the problem is."""

    GENERAL = "general", "一般"
    SERIOUS = "serious", "较重"
    MAJOR = "major", "重大"


class Mode(Term):
    """How the problem is to be put right."""

    IMMEDIATE = "immediate", "立行立改"
    DATED = "dated", "限期整改"
    STAGED = "staged", "分阶段整改"
    STANDING = "standing", "长期坚持"


class Light(Term):
    """The warning light."""

    GREEN = "green", "绿灯"
    BLUE = "blue", "蓝灯"
    YELLOW = "yellow", "黄灯"
    RED = "red", "红灯"
    #: While the case is suspended, and once it ended without a close-out.
    GREY = "grey", "灰灯"


class SourceLevel(Term):
    """Whose inspection found the problem."""

    OWN = "own", "本级督导"
    HIGHER = "higher", "上级督导"


class Category(Term):
    """What the problem is about."""

    C01 = "C01", "党建与德育"
    C02 = "C02", "依法规范办学"
    C03 = "C03", "教育教学与“双减”"
    C04 = "C04", "校园安全"
    C05 = "C05", "食品与卫生健康"
    C06 = "C06", "师资与师德"
    C07 = "C07", "办学条件"
    C08 = "C08", "经费投入与管理"
    C09 = "C09", "学前教育"
    C10 = "C10", "教育公平"
    C11 = "C11", "政府履职与教师待遇"
    C12 = "C12", "体育美育与心理健康"
    C13 = "C13", "民办教育与校外培训"
    C14 = "C14", "督导体系与整改自身"


class Role(Term):
    """What a person may be asked to do, and in whose name."""

    OFFICE = "office", "督导办"
    OFFICE_HEAD = "office_head", "督导办主任"
    CHIEF = "chief", "总督学"
    COMMITTEE = "committee", "督委会"
    TEAM = "team", "督导组"
    INSPECTOR = "inspector", "责任督学"
    UNIT_CLERK = "unit_clerk", "单位联络员"
    UNIT_OWNER = "unit_owner", "单位责任人"
    UNIT_HEAD = "unit_head", "单位主要负责人"
    DEPARTMENT = "department", "主管部门"
    ANALYST = "analyst", "业务分析员"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDIT_ADMIN = "audit_admin", "审计管理员"


class UnitKind(Term):
    """What sort of body a unit is."""

    COUNTY = "county", "县"
    COMMITTEE = "committee", "督委会"
    OFFICE = "office", "督导办"
    DEPARTMENT = "department", "县直部门"
    TOWN = "town", "乡镇街道"
    SCHOOL = "school", "学校"
    KINDERGARTEN = "kindergarten", "幼儿园"


class Result(Term):
    """What verification found: only R1 leads to close-out, all else back to the unit."""

    R1 = "r1", "完成"
    R2 = "r2", "基本完成"
    R3 = "r3", "达到序时进度"
    R4 = "r4", "未完成"
    R5 = "r5", "虚假整改"


class Duty(Term):
    """What a person did for a case in one cycle; no two of these may be the same person's."""

    REPORT = "report", "报结"
    VERIFY = "verify", "核查"
    APPROVE = "approve", "审定"
    FOLLOW_UP = "follow_up", "回头看"


class Rung(Term):
    """The escalation ladder, mildest first."""

    EXPEDITING_LETTER = "expediting_letter", "督办函"
    FORMAL_TALK = "formal_talk", "约谈"
    CIRCULAR = "circular", "通报"
    ACCOUNTABILITY = "accountability", "问责"


class LetterKind(Term):
    """What an official letter is."""

    EXPEDITING = "expediting", "督办函"


class LetterState(Term):
    """How far a letter has come."""

    DRAFT = "draft", "拟稿"
    SIGNED = "signed", "已审签"
    ISSUED = "issued", "已印发"
    REPLIED = "replied", "已回复"
    SETTLED = "settled", "已办结"
    SKIPPED = "skipped", "未发出"


class FollowUpResult(Term):
    """What looking back found."""

    CONSOLIDATED = "consolidated", "巩固"
    MOSTLY = "mostly", "基本巩固"
    RELAPSE = "relapse", "反弹"
    FALSE = "false", "虚假整改"
    NOT_CONFIRMED = "not_confirmed", "反弹未认定"


class TimerState(Term):
    """The life of a deadline."""

    ARMED = "armed", "计时中"
    FIRED = "fired", "已触发"
    DISARMED = "disarmed", "已解除"
    SUSPENDED = "suspended", "已中止"


class ProcessStatus(Term):
    """The life of a running process."""

    RUNNING = "running", "运行中"
    FINISHED = "finished", "已结束"
    SUSPENDED = "suspended", "已中止"
    TERMINATED = "terminated", "已终结"


class ChangeKind(Term):
    """What a request asks to change."""

    EXTENSION = "extension", "延期"
    STANDING = "standing", "转持续整改"
    SUSPENSION = "suspension", "中止"
    RESUMPTION = "resumption", "恢复"
    TERMINATION = "termination", "终结"
    REASSIGNMENT = "reassignment", "转办"


class ChangeState(Term):
    """How far a request has come."""

    PENDING = "pending", "审批中"
    GRANTED = "granted", "已同意"
    REFUSED = "refused", "未同意"
    WITHDRAWN = "withdrawn", "已撤回"


class ObjectionState(Term):
    """How far an objection has come, and how it ended."""

    FILED = "filed", "已提出"
    HEARING = "hearing", "复查中"
    NOT_ADMITTED = "not_admitted", "不予受理"
    KEPT = "kept", "维持"
    CHANGED = "changed", "变更"
    REVOKED = "revoked", "撤销"
    WITHDRAWN = "withdrawn", "已撤回"

    @property
    def is_open(self) -> bool:
        """Whether the unit still waits for the conclusion."""
        return self in (ObjectionState.FILED, ObjectionState.HEARING)

    @property
    def is_concluded(self) -> bool:
        """Whether the matter itself was decided on."""
        return self in (ObjectionState.KEPT, ObjectionState.CHANGED, ObjectionState.REVOKED)


class MoveCause(Term):
    """Why a deadline was moved."""

    CALENDAR = "calendar", "日历变更"
    EXTENSION = "extension", "延期"
    RESUMPTION = "resumption", "恢复计时"
    OBJECTION = "objection", "异议结论"
    MIGRATION = "migration", "流程迁移"


class Channel(Term):
    """Where a notice is sent besides the inbox."""

    EMAIL = "email", "电子邮件"
    WECOM = "wecom", "企业微信机器人"
    DINGTALK = "dingtalk", "钉钉机器人"
    WEBHOOK = "webhook", "通用回调"


class DeliveryState(Term):
    """How far one sending of a notice has come."""

    QUEUED = "queued", "待发送"
    SENT = "sent", "已发送"
    FAILED = "failed", "发送失败"
    SKIPPED = "skipped", "不发送"


class JobState(Term):
    """How far a long job has come."""

    QUEUED = "queued", "排队中"
    RUNNING = "running", "进行中"
    DONE = "done", "已完成"
    FAILED = "failed", "失败"


class DiagramState(Term):
    """The life of one version of a diagram."""

    DRAFT = "draft", "待审核"
    RETURNED = "returned", "已退回"
    APPROVED = "approved", "待生效"
    PUBLISHED = "published", "已发布"
    RETIRED = "retired", "已停用"


class Outcome(Term):
    """How a task ended."""

    DONE = "done", "已办"
    WITHDRAWN = "withdrawn", "已撤回"
