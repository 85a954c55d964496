"""账号与单位: the pages of the three administrators."""

from app.web.admin import people, record, units  # noqa: F401 - they add their routes
from app.web.admin.blueprint import bp

__all__ = ["bp"]
