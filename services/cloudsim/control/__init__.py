"""The control port: accounts, scenarios, protocol faults, clock, request log, reset. Off unless enabled."""
