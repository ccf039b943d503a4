"""Rasa's side of the dialogue: the channel the gateway speaks to. Decisions are made in `actions.tasks`."""
