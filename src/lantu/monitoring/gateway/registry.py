"""The protocols that the gateway speaks: every package beside this file, by the ``PROTOCOL`` of its ``handler`` module."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from lantu.monitoring import gateway
from lantu.monitoring.gateway.protocol import GatewayProtocol


@cache
def protocols() -> dict[str, GatewayProtocol]:
    """All protocols by name, in alphabetical order."""
    found = [
        import_module(f"{gateway.__name__}.{module.name}.handler").PROTOCOL
        for module in pkgutil.iter_modules(gateway.__path__)
        if module.ispkg
    ]
    return {protocol.name: protocol for protocol in sorted(found, key=lambda item: item.name)}
