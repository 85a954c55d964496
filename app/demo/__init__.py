"""The demo county: 24 cases that reach their states by being worked through, never by decree.

What one sees afterwards (history, timers, letters, lights) is what the program did while its clock
travelled from the first feedback to today.
"""

from app.demo.county import accounts
from app.demo.timeline import length, play

__all__ = ["accounts", "length", "play"]
