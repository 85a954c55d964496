"""The domain: mapped classes with verbs, vocabularies and pure policies.

No Flask, no session, no clock of its own: time comes in as an argument, and
nothing here reads or writes a file.
"""
