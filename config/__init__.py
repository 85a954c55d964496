"""What an office may change: settings, rules, roles, calendars, the demo county."""

#: The version of the program; pyproject.toml has the same.
VERSION = "0.1.0"
