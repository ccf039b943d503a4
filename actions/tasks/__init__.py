"""The task engine: how the assistant converses, as pure functions and generators over dataclasses.

No Rasa import and no I/O. `engine.Engine` is the door; `model` and `ports` are what its shell (the Rasa action) speaks.
"""
