"""JT/T 808: terminals of slag trucks (docs/protocols.md)."""
