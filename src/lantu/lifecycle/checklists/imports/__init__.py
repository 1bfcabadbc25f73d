"""Checklists out of the Word and Excel tables that bureaus already keep."""
