"""What SpiffWorkflow asks of a script engine, answered by our expression language alone."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.script_engine.python_environment import BasePythonScriptEngineEnvironment

from app.domain.errors import EngineError
from app.engine.expressions import Expression, ExpressionError, compile_expression
from app.engine.variables import Variables, storable


class Script:
    """The text of a script task: lines ``name = expression``, and nothing else."""

    def __init__(self, text: str) -> None:
        self.lines = [_assignment(line) for line in text.splitlines() if _counts(line)]

    def run(self, variables: Variables) -> None:
        """Set the variables, line by line."""
        for name, expression in self.lines:
            variables.update(storable({name: expression.evaluate(variables)}))


def _counts(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _assignment(line: str) -> tuple[str, Expression]:
    name, equals, text = (part.strip() for part in line.partition("="))
    if not equals or not name.isidentifier() or name.startswith("_"):
        template = "脚本中只能有“变量 = 表达式”这样的行：%(line)s。"
        raise ExpressionError(template, line=line.strip()[:80])
    return name, compile_expression(text)


class _Expressions(BasePythonScriptEngineEnvironment):
    """The library's second way in, which would end in ``eval`` and ``exec``."""

    def evaluate(self, expression: str, context: Any, external_context: Any = None) -> Any:
        return compile_expression(expression).evaluate(context)

    def execute(self, script: str, context: Any, external_context: Any = None) -> Any:
        raise EngineError("脚本任务只能由本引擎执行。")

    def call_service(self, context: Any, **kwargs: Any) -> Any:
        raise EngineError("服务任务只能声明效果，不能调用服务。")


class Scripts(PythonScriptEngine):
    """Evaluates conditions; lets no error of an expression change its name on the way out."""

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> Any:
        return compile_expression(expression).evaluate(task.data)

    def execute(self, task: Any, script: str, external_context: Any = None) -> Any:
        return self.environment.execute(script, task.data)

    def call_service(self, task: Any, **kwargs: Any) -> Any:
        return self.environment.call_service(task.data, **kwargs)


#: Without any state of its own, so one for all processes.
SCRIPTS = Scripts(_Expressions())
