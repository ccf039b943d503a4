"""What every service shares on the wire: hosts, signatures, routing, errors, replies and the request log.

Imports `store` and `world`; the services import it to declare their operations.
"""
