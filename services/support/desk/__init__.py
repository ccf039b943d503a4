"""Agents and cases: routing by tier, claim, chat, first-response clock with its ladder, audit.

Writes into transcripts through gateway.conversation; the gateway opens cases through desk.intake.
"""
