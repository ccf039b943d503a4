"""What assistant and actions may ask of support: search, write ledger, profile, cases, coverage. Bearer token."""
