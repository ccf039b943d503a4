"""The service customers and agents talk to: gateway, desk, knowledge, customers.

The only process that listens beyond loopback. Imports contracts; nothing outside imports it but its tests.
"""

__version__ = "0.1.0"
