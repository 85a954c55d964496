"""The blueprint of the pages about deadlines."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("timers", __name__)
