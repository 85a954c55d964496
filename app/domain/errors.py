"""Everything that can go wrong for a reason the user should hear about.

The docstring of a class is its message, so the catalogue below reads as a page
of documentation. HTTP status codes are the web's business: see app/http.py.
A message is a template and its parameters, so that it can be translated.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


class Sentence(str):
    """A Chinese sentence that remembers its template, so that it can be said in English too."""

    template: str
    params: Mapping[str, Any]

    def __new__(cls, template: str, /, **params: Any) -> "Sentence":
        """Fill *params* into *template*."""
        made = super().__new__(cls, template % params if params else template)
        made.template, made.params = template, params
        return made


class Listing(tuple[str, ...]):
    """Words, or sentences, to be strung together in the way of the reader's language."""

    __slots__ = ()

    def __str__(self) -> str:
        """String them together as Chinese does."""
        return "、".join(self)


class DomainError(Exception):
    """操作无法完成。"""

    #: The stable word that programs may compare; the message is for people.
    code = "refused"

    def __init__(self, template: str | None = None, /, **params: Any) -> None:
        self.template = template or self.__doc__ or ""
        self.params = params
        super().__init__(self.template % params if params else self.template)

    @property
    def sentence(self) -> Sentence:
        """What went wrong, to be put into another sentence."""
        return Sentence(self.template, **self.params)


class NotFound(DomainError):
    """找不到该记录，或您无权查看。"""

    code = "not_found"


class TaskNotFound(NotFound):
    """待办不存在，或不属于您。"""

    code = "task_not_found"


class TimerNotFound(NotFound):
    """该期限已触发或已撤销。"""

    code = "timer_not_found"


class NotAllowed(DomainError):
    """您无权办理此事项。"""

    code = "not_allowed"


class SeparationOfDuties(NotAllowed):
    """报结、核查、审定、回头看须由不同人员办理。"""

    code = "separation_of_duties"


class WrongStage(DomainError):
    """当前环节不允许此操作。"""

    code = "wrong_stage"


class Conflict(DomainError):
    """该事项刚被他人更新，请刷新后重试。"""

    code = "conflict"


class AlreadyDone(Conflict):
    """该待办已办结。"""

    code = "already_done"


class DraftChanged(Conflict):
    """这份草稿刚被他人保存或送审，请比较后合并；您的改动没有丢失。"""

    code = "draft_changed"


class TooLarge(DomainError):
    """文件超过大小限制。"""

    code = "too_large"


class Unavailable(DomainError):
    """数据库暂时无法使用，本次操作未生效；恢复后系统自动继续，请稍后重试。"""

    code = "unavailable"


class StorageFull(Unavailable):
    """存储空间已满，本次操作未生效；管理员腾出空间后系统自动继续，请稍后重试。"""

    code = "storage_full"


class Invalid(DomainError):
    """填写有误，请按提示修改。"""

    code = "invalid"

    def __init__(
        self,
        template: str | None = None,
        /,
        *,
        fields: Mapping[str, Sequence[str]] | None = None,
        **params: Any,
    ) -> None:
        super().__init__(template, **params)
        #: What is wrong, by the key of the field; rows of a table are ``key.3.column``.
        self.fields = dict(fields or {})


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a diagram, named so that an analyst can go and mend it."""

    code: str
    element: str | None
    template: str
    params: Mapping[str, Any] = field(default_factory=dict)
    severity: str = "error"  # or "warning"
    #: What happens to people if it is left so, or which article asks for it; a Chinese sentence.
    why: str = ""
    #: The name of an automatic change that mends it, if there is one.
    fix: str | None = None

    @property
    def message(self) -> Sentence:
        """The Chinese sentence."""
        return Sentence(self.template, **self.params)


class InvalidDiagram(DomainError):
    """流程图无法执行，请按问题清单修改。"""

    code = "invalid_diagram"

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__()
        self.problems = tuple(problems)


class EngineError(DomainError):
    """流程执行出错，本次操作未生效。"""

    code = "engine_error"
