"""One verb per function: each is one transaction, one lock, one event."""
