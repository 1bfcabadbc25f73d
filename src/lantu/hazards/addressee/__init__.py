"""Whom an order is addressed to and until when: disputes, transfers, more time."""
