"""One verb per module: each is one transaction."""
