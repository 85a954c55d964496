"""The engine room: the only package that knows SpiffWorkflow exists.

It is a pure function in four verbs. State goes in as text and comes out as text, with an account
of what now waits on people and clocks. It has no database, no request, no file and no clock:
nothing to fake, so the tests run the real thing.
"""
