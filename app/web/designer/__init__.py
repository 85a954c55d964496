"""流程设计: the pages of those who draw processes. One blueprint, a module for each kind."""

# Each of these adds its pages to the blueprint when it is imported.
from app.web.designer import compare as compare
from app.web.designer import decisions as decisions
from app.web.designer import exporting as exporting
from app.web.designer import fixing as fixing
from app.web.designer import form_editor as form_editor
from app.web.designer import forms as forms
from app.web.designer import home as home
from app.web.designer import importing as importing
from app.web.designer import modeler as modeler
from app.web.designer import play as play
from app.web.designer import rehearsal as rehearsal
from app.web.designer import reviewing as reviewing
from app.web.designer import scenarios as scenarios
from app.web.designer import trying as trying
from app.web.designer import versions as versions
from app.web.designer.blueprint import bp as bp
