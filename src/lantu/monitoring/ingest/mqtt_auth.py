"""Who is this device? The service that NATS asks at every MQTT connection (auth callout).

The answer is a signed permission to publish on exactly one subject, the device's own, and to subscribe to
nothing. A wrong token is refused at connect; a caller who keeps failing is refused without looking.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import DatabaseError, InterfaceError, connection

from lantu.calc import nkeys
from lantu.monitoring.devices.models import Device
from lantu.monitoring.devices.services.token import hash_token
from lantu.monitoring.devices.states import DeviceStatus
from lantu.monitoring.ingest.registry import subject_of
from lantu.monitoring.ingest.wire import Wire

log = structlog.get_logger(__name__)
SUBJECT = "$SYS.REQ.USER.AUTH"
ACCOUNT = "APP"
QUEUE = "lantu-mqtt-auth"
KEEP_S = 5.0
FAILURES = 5
FAILURE_WINDOW_S = 60.0
REMEMBERED = 10_000
# A permission ends after half a day: then the device connects anew and a replaced token is noticed.
VALID_S = 12 * 3600


@dataclass(frozen=True)
class Credential:
    """What is known of a device code; an empty hash never matches."""

    token_hash: str
    subject: str


class Credentials:
    """Credentials by device code, kept for a few seconds: thousands of devices reconnect at once after a restart."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: OrderedDict[str, tuple[float, Credential | None]] = OrderedDict()

    def of(self, code: str) -> Credential | None:
        """The credential of a device in use, None for anything else."""
        found = self._kept.get(code)
        if found is not None and self._clock() - found[0] < KEEP_S:
            return found[1]
        row = (
            Device.objects.exclude(status=DeviceStatus.RETIRED)
            .filter(code=code)
            .values_list("token_hash", "project__code")
            .first()
        )
        credential = Credential(row[0], subject_of(row[1], code).decode()) if row else None
        self._kept[code] = (self._clock(), credential)
        self._kept.move_to_end(code)
        while len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)
        return credential


class Throttle:
    """Counts failures by caller and device code within a sliding minute; bounded in memory."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[tuple[str, str], list[float]] = OrderedDict()

    def blocked(self, caller: str, code: str) -> bool:
        """True when this caller has failed too often for this code within the last minute."""
        recent = self._recent(caller, code)
        return len(recent) >= FAILURES

    def failed(self, caller: str, code: str) -> None:
        """Note a failure."""
        self._failures[(caller, code)] = [*self._recent(caller, code), self._clock()][-FAILURES:]
        self._failures.move_to_end((caller, code))
        while len(self._failures) > REMEMBERED:
            self._failures.popitem(last=False)

    def _recent(self, caller: str, code: str) -> list[float]:
        earliest = self._clock() - FAILURE_WINDOW_S
        return [moment for moment in self._failures.get((caller, code), []) if moment > earliest]


class Judge:
    """Answers one authorisation request with a signed token."""

    def __init__(
        self, seed: str, credentials: Credentials, throttle: Throttle, clock: Callable[[], int]
    ) -> None:
        self._seed = seed
        self._credentials = credentials
        self._throttle = throttle
        self._clock = clock

    def answer(self, request: bytes) -> bytes | None:
        """The response JWT; None for what is no request at all (nobody waits for an answer then)."""
        try:
            asked = nkeys.decode_jwt(request.decode())["nats"]
            user_key, server = asked["user_nkey"], asked["server_id"]["id"]
            options = asked.get("connect_opts") or {}
            caller = str((asked.get("client_info") or {}).get("host", ""))
        except (ValueError, KeyError, TypeError) as error:
            log.warning("auth_request_unreadable", why=str(error))
            return None
        code, token = str(options.get("user", ""))[:80], str(options.get("pass", ""))[:200]
        outcome: dict[str, Any] = {"type": "authorization_response", "version": 2}
        subject = self._subject(caller, code, token)
        if subject is None:
            outcome["error"] = "unknown device or wrong token"
        else:
            outcome["jwt"] = self._permission(user_key, code, subject)
        claims = {"sub": user_key, "aud": server, "iat": self._clock(), "nats": outcome}
        return nkeys.encode_jwt(self._seed, claims).encode()

    def _subject(self, caller: str, code: str, token: str) -> str | None:
        if self._throttle.blocked(caller, code):
            log.info("auth_throttled", device=code, caller=caller)
            return None
        credential = self._credentials.of(code)
        # Unknown codes cost the same comparison, so that answering time tells nothing.
        expected = (
            credential.token_hash if credential and credential.token_hash else hashlib.sha256(b"").hexdigest()
        )
        matches = hmac.compare_digest(expected, hash_token(token))
        if credential is None or not credential.token_hash or not matches:
            self._throttle.failed(caller, code)
            log.info("auth_refused", device=code, caller=caller)
            return None
        return credential.subject

    def _permission(self, user_key: str, code: str, subject: str) -> str:
        user = {
            "type": "user", "version": 2, "pub": {"allow": [subject]}, "sub": {"deny": [">"]},
            "subs": -1, "data": -1, "payload": -1,
        }  # fmt: skip
        now = self._clock()
        claims = {
            "sub": user_key,
            "aud": ACCOUNT,
            "name": code,
            "iat": now,
            "exp": now + VALID_S,
            "nats": user,
        }
        return nkeys.encode_jwt(self._seed, claims)


def run(url: str, *, seed: str, clock: Callable[[], int], stop: threading.Event) -> None:
    """Answer until ``stop`` is set; reconnects after any trouble."""
    judge = Judge(seed, Credentials(), Throttle(), clock)
    pause = 0.2
    while not stop.is_set():
        try:
            with closing(Wire(url, name="lantu-mqtt-auth")) as wire:
                wire.subscribe(SUBJECT, queue=QUEUE)
                log.info("auth_answering")
                pause = 0.2
                while not stop.is_set():
                    for frame in wire.read(timeout=0.5):
                        answer = judge.answer(frame.payload) if frame.reply else None
                        if answer is not None and frame.reply is not None:
                            wire.publish(frame.reply.decode(), answer)
        except (InterfaceError, DatabaseError) as error:
            # Without an answer NATS refuses the device after its time-out; the device tries again.
            log.error("auth_database_trouble", why=json.dumps(str(error)[:200]))
            connection.close()
        except OSError as error:
            log.warning("auth_stream_trouble", why=str(error) or repr(error))
        stop.wait(pause)
        pause = min(pause * 2, 10.0)
