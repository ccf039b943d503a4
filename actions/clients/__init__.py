"""HTTP clients for the cloud and for the support service. Imported by `actions.checks` and `actions.server` only."""
