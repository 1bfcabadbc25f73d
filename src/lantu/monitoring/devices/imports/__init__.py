"""Provisioning by spreadsheet: looked at first, then taken over whole or not at all."""
