"""Conversations: who has the floor, the durable transcript, turns of the assistant, wake-ups, chat doors.

May import customers and desk.cases (a handoff is one transaction); the desk writes into transcripts through it.
"""
