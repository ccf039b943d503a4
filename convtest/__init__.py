"""Conversation tests as YAML: a pytest plugin, a stack driver, readable failures (docs/conversation-tests.md).

The driver talks to a running stack as a customer's browser and an agent's desk would; it imports nothing of ours.
"""
