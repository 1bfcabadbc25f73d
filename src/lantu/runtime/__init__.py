"""Boots and stops everything: engines, processes, ports, backup.

Stands beside the house: it talks to the applications only by environment, ports and exit codes, so that it
can start, explain and back up even when the applications cannot be imported.
"""
