"""Lantu 蓝图: runs a city's major public projects from approval to operation."""

__version__ = "0.1.0"
