"""What gunicorn serves: `gunicorn ca_dash.app.server:server`. Opens the settings database and the index of `CA_HOME`."""

from __future__ import annotations

from ca_assets.index.open import FollowingIndex
from ca_assets.settings.database import open_database
from ca_assets.settings.process import process_settings
from ca_assets.settings.secrets import signing_key
from ca_dash.app.factory import create_app

settings = process_settings()
database = open_database(settings)
app = create_app(index=FollowingIndex(settings, database), database=database, settings=settings, secret_key=signing_key(settings))
server = app.server
