"""The blueprint of the ledger; every module of the package adds its pages."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("ledger", __name__, url_prefix="/ledger")
