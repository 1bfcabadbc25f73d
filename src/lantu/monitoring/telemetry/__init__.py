"""Readings: contract check, storage and series."""
