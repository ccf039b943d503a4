"""The assistant's Rasa side: language understanding (``nlu``) and dialogue (``dialogue``).

Imported by Rasa through ``config.yml``; imports nothing from ``actions`` or ``services``.
"""
