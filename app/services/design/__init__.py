"""Drawing processes: drafts, checking and playing them, publishing them, moving running ones."""
