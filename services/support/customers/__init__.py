"""Accounts, their users and who looks after them, as the desk and the assistant's context need them.

The cloud knows plan and industry and is asked at start; data/desk says who is whose TAM.
"""
