"""`python -m ca_dash [--host HOST] [--port PORT]`: the application for development; a server runs `ca_dash.app.server:server`."""

from __future__ import annotations

import argparse

from ca_assets.settings.users import list_users
from ca_dash.app.server import app, settings
from ca_dash.auth.security import setup_token


def main() -> None:
    """Serve on a loopback address unless told otherwise."""
    parser = argparse.ArgumentParser(prog="python -m ca_dash", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8050)
    arguments = parser.parse_args()
    if not list_users(app.server.extensions["ca_auth"].database):
        print(
            f"First start: open http://{arguments.host}:{arguments.port}/setup (from elsewhere with the token {setup_token(settings.home)})"
        )
    app.run(host=arguments.host, port=arguments.port, debug=False)


if __name__ == "__main__":
    main()
