"""The words of those who draw: what is done to a version, how a plan and its processes fare."""

from app.domain.vocabulary import Term


class DiagramAct(Term):
    """What is done to one version of a diagram."""

    SUBMITTED = "submitted", "送审"
    IMPORTED = "imported", "导入"
    RETURNED = "returned", "退回"
    APPROVED = "approved", "审核通过"
    PUBLISHED = "published", "生效"
    RETIRED = "retired", "停用"
    RESTORED = "restored", "恢复使用"


class PlanState(Term):
    """How far a plan to move running processes to another version has come."""

    DRAFT = "draft", "拟定"
    APPLIED = "applied", "已执行"


class Migration(Term):
    """What became of one running process under such a plan."""

    MOVED = "moved", "已迁移"
    REFUSED = "refused", "未迁移"
    UNDONE = "undone", "已撤回"
