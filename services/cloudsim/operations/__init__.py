"""What the provider's operations see: hosts, racks, parts, warranty, incidents, maintenance.

The documents live here; the operator API (`app.py`) is not part of the public protocol.
"""
