"""Playing the scenarios of a process."""

from __future__ import annotations

import json

import click
from flask.cli import with_appcontext

from app import play_texts
from app.domain.errors import InvalidDiagram
from app.forms import check_on_paper
from app.services.design import drafts, scenarios
from app.services.design.charts import Chart, chart_of
from app.services.design.timeline import Line


@click.command()
@click.argument("key")
@click.option("--version", type=int, help="版本；默认为草稿，没有草稿时为现行版本")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@with_appcontext
def play(key: str, version: int | None, as_json: bool) -> None:
    """按方案试走流程；有不同时退出码为 1。"""
    bundle = drafts.bundle(key, version)
    try:
        results = scenarios.run_all(bundle, check_on_paper)
    except InvalidDiagram as error:
        for problem in error.problems:
            click.echo(f"{problem.code} [{problem.element or '-'}] {problem.message}", err=True)
        raise click.exceptions.Exit(1) from error
    chart = chart_of(bundle.xml)
    if as_json:
        click.echo(json.dumps(_whole(results, chart), ensure_ascii=False, indent=1))
    else:
        _print(results, chart)
    if not results.passed:
        raise click.exceptions.Exit(1)


def _whole(results: scenarios.Results, chart: Chart) -> dict[str, object]:
    return {
        "passed": results.passed,
        "coverage": results.coverage.percent,
        "never_taken": [flow.id for flow in results.coverage.never],
        "scenarios": [
            {
                "name": one.scenario.name,
                "passed": one.passed,
                "differences": [
                    {
                        "line": difference.number,
                        "expected": _told(difference.expected, chart),
                        "got": _told(difference.got, chart),
                    }
                    for difference in one.differences
                ],
            }
            for one in results.outcomes
        ],
    }


def _print(results: scenarios.Results, chart: Chart) -> None:
    for one in results.outcomes:
        click.echo(f"{'一致' if one.passed else '不同'} {one.scenario.name}")
        for difference in one.differences:
            click.echo(
                f"  第{difference.number}行 预期：{_told(difference.expected, chart) or '无'}"
            )
            click.echo(f"  {' ' * 4}现在：{_told(difference.got, chart) or '无'}")
    click.echo(f"覆盖率 {results.coverage.percent}%，{len(results.coverage.never)} 条连线没走过")


def _told(line: Line | None, chart: Chart) -> str | None:
    return None if line is None else play_texts.dated(line, chart)
