"""The ledger of writes: before an action that the cloud's protocol cannot make idempotent, a row is claimed here.

Used by internal.views only; knows neither conversations nor cases.
"""
