"""What exists and when: accounts and keys, ids, the agenda of things to come, metrics, guests, the seed.

Imports `store` only; services and the door import it.
"""
