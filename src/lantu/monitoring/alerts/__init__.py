"""Alerts: raised by rules, taken up by people."""
