"""The blueprint of the pages of those who watch; every module of the package adds its pages."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("monitor", __name__, url_prefix="/monitor")
