"""监督: the pages of those who watch. One blueprint, a module for each kind."""

# Each of these adds its pages to the blueprint when it is imported.
from app.web.monitor import forecast as forecast
from app.web.monitor import heat as heat
from app.web.monitor import inspectors as inspectors
from app.web.monitor import overview as overview
from app.web.monitor import past as past
from app.web.monitor import reports as reports
from app.web.monitor import signals as signals
from app.web.monitor import statistics as statistics
from app.web.monitor.blueprint import bp as bp
