"""The endpoints in force: written when everything answers, removed at stop, read by every other command."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from lantu.runtime.paths import Places, write_atomically


@dataclass(frozen=True)
class Endpoints:
    """Addresses of one running Lantu. `database` and `nats` carry credentials, so the file is private."""

    web: str
    database: str
    nats: str
    mqtt: str | None = None
    hj212: str | None = None
    jt808: str | None = None
    demo: bool = False
    pids: dict[str, int] = field(default_factory=dict)


def write(places: Places, endpoints: Endpoints) -> None:
    """Publish the endpoints in one step; addresses that do not exist (external NATS without MQTT) are left out."""
    known = {key: value for key, value in asdict(endpoints).items() if value is not None}
    write_atomically(places.endpoints, json.dumps(known, indent=2) + "\n", mode=0o600)


def read(places: Places) -> Endpoints | None:
    """The endpoints of the running Lantu, or None when no supervisor holds the data directory."""
    if not places.endpoints.exists() or not places.held():
        return None
    return Endpoints(**json.loads(places.endpoints.read_text()))


def remove(places: Places) -> None:
    """Withdraw the endpoints."""
    places.endpoints.unlink(missing_ok=True)
