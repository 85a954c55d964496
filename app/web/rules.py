"""期限规则: the rule set in force, others to compare with, and choosing another."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from app.deadline_texts import said
from app.services import rule_sets, rule_uses
from app.web import rule_lines

bp = Blueprint("rules", __name__, url_prefix="/deadlines/rules")


@bp.get("", defaults={"name": None})
@bp.get("/<name>")
def rules(name: str | None) -> ResponseReturnValue:
    """Show a rule set, the county's own by default."""
    in_force = rule_sets.of_actor(g.actor)
    shown = rule_sets.get(name) if name else in_force
    return render_template(
        "rules/page.html",
        here="rules",
        in_force=in_force,
        shown=shown,
        sets=rule_sets.all_sets().values(),
        uses=rule_uses.diagrams_by_code(),
        may_choose=rule_sets.may_choose(g.actor),
        policies=rule_lines.policies(shown),
        lines=rule_lines,
    )


@bp.get("/compare")
def compare() -> ResponseReturnValue:
    """Set two rule sets side by side."""
    in_force = rule_sets.of_actor(g.actor)
    left = rule_sets.get(request.args.get("left") or in_force.key)
    right = rule_sets.get(request.args.get("right") or _another(left.key))
    pairs = rule_lines.pairs(left, right)
    everything = request.args.get("all") == "1"
    return render_template(
        "rules/compare.html",
        here="rules",
        sets=rule_sets.all_sets().values(),
        left=left,
        right=right,
        pairs=[pair for pair in pairs if everything or pair.differs],
        total=len(pairs),
        everything=everything,
    )


def _another(key: str) -> str:
    return next(name for name in reversed(rule_sets.names()) if name != key)


@bp.get("/use/<name>")
def confirm(name: str) -> ResponseReturnValue:
    """Say what choosing a set changes, before it does."""
    rule_sets.require_chooser(g.actor)
    in_force, chosen = rule_sets.of_actor(g.actor), rule_sets.get(name)
    pairs = rule_lines.pairs(in_force, chosen)
    return render_template(
        "rules/use.html",
        here="rules",
        in_force=in_force,
        chosen=chosen,
        pairs=[pair for pair in pairs if pair.differs],
        running=rule_uses.running(g.actor),
    )


@bp.post("/use/<name>")
def use(name: str) -> ResponseReturnValue:
    """Let the county work by another set from now on."""
    chosen = rule_sets.choose(name, g.actor, instead_of=request.form.get("instead_of") or None)
    flash(gettext("已改用“%(name)s”期限规则，此后新设的期限按新规则计算。", name=said(chosen.name)))
    return redirect(url_for("rules.rules"), 303)
