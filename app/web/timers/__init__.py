"""期限监控: what is due and overdue as a list, a month, a timeline, a ledger; batches; proofs."""

# Each of these adds its pages to the blueprint when it is imported.
import app.web.timers.batches
import app.web.timers.proofs
import app.web.timers.views  # noqa: F401
from app.web.timers.blueprint import bp as bp
