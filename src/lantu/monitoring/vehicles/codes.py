"""The code with which a terminal proves itself (鉴权码).

The platform derives it from its own secret, so nothing is stored and a terminal that lost its code is given the same
one again; raising the epoch ends all codes given so far. A terminal that came with a code of its own is known by the hash.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from django.conf import settings


def code_of(vehicle_id: int, epoch: int) -> str:
    """The code of a truck: 24 letters and digits, 120 bits."""
    text = f"jt808:{vehicle_id}:{epoch}".encode()
    digest = hmac.new(settings.SECRET_KEY.encode(), text, hashlib.sha256).digest()
    return base64.b32encode(digest[:15]).decode()


def hash_code(code: str) -> str:
    """SHA-256 of a terminal's own code; empty for no code."""
    return hashlib.sha256(code.encode()).hexdigest() if code else ""


def code_matches(given: str, *, derived: str, preset_hash: str) -> bool:
    """Whether the terminal knows its code. Takes the same time for every wrong one."""
    own = hmac.compare_digest(given.encode(), derived.encode())
    preset = hmac.compare_digest(hash_code(given), preset_hash) if preset_hash else False
    return bool(given) and (own or preset)
