"""HJ 212: environmental data loggers (docs/protocols.md)."""
