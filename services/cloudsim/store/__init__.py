"""Documents in SQLite: one table per kind, typed index columns, keyset pages. Knows nothing of the cloud."""
