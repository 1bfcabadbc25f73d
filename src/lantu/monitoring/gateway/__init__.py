"""The gateway: devices that speak a protocol of their own over TCP; one folder per protocol (docs/protocols.md)."""
