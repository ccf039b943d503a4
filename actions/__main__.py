"""Runs the action server on loopback: `python -m actions` (port: ACTIONS_PORT)."""

import os

from rasa_sdk.endpoint import create_app

from actions import server

if __name__ == "__main__":
    server.TaskForm.surroundings = server.Surroundings()
    app = create_app("actions.server")
    app.run("127.0.0.1", int(os.environ.get("ACTIONS_PORT", "5055")), workers=1)
