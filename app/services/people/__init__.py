"""Accounts and units as administrators keep them, and the record of what they changed.

The three administrators of the state's rules on protection levels restrict each other: the system
administrator keeps accounts and units, the security administrator says who holds which role, the
audit administrator reads what both did.
"""
