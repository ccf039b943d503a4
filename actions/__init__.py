"""The action server: one Rasa action that runs the task engine, and what it needs to see and touch the cloud.

`clients` speak to other processes, `checks` turn the cloud's answers into facts, `tasks` decides (pure).
"""
