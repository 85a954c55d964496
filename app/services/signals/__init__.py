"""异常提示: signs of form without substance, put to the office as questions and never as verdicts.

Each kind is one decorated function in a module of its own; see `_kinds`.
"""
