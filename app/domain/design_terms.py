"""The words of those who draw: what is done to a version, how a plan and its processes fare."""

from app.domain.vocabulary import DiagramState, Term

#: States of a version that somebody has let new processes run on, now or then.
APPROVED_ONCE = (DiagramState.APPROVED, DiagramState.PUBLISHED, DiagramState.RETIRED)


class DiagramAct(Term):
    """What is done to one version of a diagram."""

    SUBMITTED = "submitted", "送审"
    IMPORTED = "imported", "导入"
    RETURNED = "returned", "退回"
    APPROVED = "approved", "审核通过"
    PUBLISHED = "published", "生效"
    RETIRED = "retired", "停用"
    RESTORED = "restored", "恢复使用"
    WITHDRAWN = "withdrawn", "撤回"


class PlanState(Term):
    """How far a plan to move running processes to another version has come."""

    DRAFT = "draft", "拟定"
    APPLIED = "applied", "已执行"


class Migration(Term):
    """What became of one running process under such a plan."""

    MOVED = "moved", "已迁移"
    REFUSED = "refused", "未迁移"
    UNDONE = "undone", "已撤回"


class ChangePart(Term):
    """Which part of a process a difference between two versions lies in."""

    DIAGRAM = "diagram", "流程图"
    FORM = "form", "表单"
    TABLE = "table", "决策表"


class ChangeAct(Term):
    """What happened to one thing between two versions."""

    ADDED = "added", "新增"
    REMOVED = "removed", "删除"
    CHANGED = "changed", "修改"
    RENAMED = "renamed", "改标识"
    MOVED = "moved", "移位"


class ChangeWeight(Term):
    """How much a difference matters: to the work, to the reader, or to the eye only."""

    SUBSTANCE = "substance", "实质"
    WORDING = "wording", "文字"
    LAYOUT = "layout", "版面"


class DeadlineEffect(Term):
    """What another version would make of a running deadline."""

    EARLIER = "earlier", "提前"
    LATER = "later", "推迟"
    GONE = "gone", "不再有此期限"
    NEW = "new", "新增期限"
    STANDS = "stands", "中止中"
    UNKNOWN = "unknown", "无法计算"
    UNCHANGED = "unchanged", "不变"


class LineKind(Term):
    """What one line of the timeline of a play tells."""

    STARTED = "started", "开始"
    OPENED = "opened", "任务"
    ANSWERED = "answered", "办理"
    ARMED = "armed", "计时"
    STRUCK = "struck", "到期"
    LETTER = "letter", "公文"
    NOTICE = "notice", "通知"
    EFFECT = "effect", "系统办理"
    LIGHT = "light", "预警灯"
    STAGE = "stage", "阶段"
    DECIDED = "decided", "决策表"
    WAY = "way", "走向"
    NOTE = "note", "说明"
    FINISHED = "finished", "结束"
    STOPPED = "stopped", "停住"


class Verdict(Term):
    """What a rehearsal says of one running process, the best first."""

    FINE = "fine", "可以迁移"
    LOSES = "loses_timer", "会失去期限"
    FIRES = "fires_at_once", "会立即到期"
    MAPPING = "needs_mapping", "需指定对应环节"
    REFUSED = "refused", "不能迁移"
