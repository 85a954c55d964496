"""Use cases: one function, one transaction.

A service loads, checks right and rule, steps the engine, lets `_progress` make the
tables agree, and returns. It never sees a request.
"""
