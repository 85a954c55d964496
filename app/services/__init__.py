"""Use cases: one function, one transaction.

A service loads, checks right and rule, steps the engine, lets `_progress` make the
tables agree, and returns. It never sees a request.

A module whose name begins with ``_`` is shared by services: it opens no transaction, and nobody
outside imports it. Which module is about what: ``docs/architecture.md``.
"""
