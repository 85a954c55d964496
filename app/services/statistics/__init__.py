"""Statistics that settle disputes: indicators with formula, numerator, denominator (domain §9.1).

Every number is a figure of `app.services.figures`, a condition on cases; so the list behind it
can always be opened.
"""
