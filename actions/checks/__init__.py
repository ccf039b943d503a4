"""Reads the cloud and says what it saw as facts; judges nothing. Imported by `actions.shell`.

A check that cannot find out says `unknown`; it never turns silence into "healthy". One function per check name.
"""
