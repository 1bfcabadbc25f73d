"""Verbs of the exchange: start, check, choose, apply."""
