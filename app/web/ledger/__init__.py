"""台账: the ledger as a page, as a file to take away, and as a file that comes back."""

# Each of these adds its pages to the blueprint when it is imported.
from app.web.ledger import exporting, page, returning, views  # noqa: F401
from app.web.ledger.blueprint import bp as bp
