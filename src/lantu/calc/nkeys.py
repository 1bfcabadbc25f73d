"""NKEYS and NATS tokens: ed25519 keys in NATS' own base32 clothing, and JWTs signed with them.

Method: https://github.com/nats-io/nkeys (README, "Encoding"): prefix byte(s), 32 key bytes, CRC-16/XMODEM little
endian, base32 without padding. Token: JWT with header alg "ed25519-nkey" (NATS ADR-14); `jti` is the base32 of
SHA-512/256 over the claims. Pure: no clock and no randomness of its own but `new_seed`'s argument.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ACCOUNT = 0 << 3
SERVER = 13 << 3
USER = 20 << 3
_SEED = 18 << 3
_KINDS = {ACCOUNT: "account", SERVER: "server", USER: "user"}


def encode_seed(kind: int, raw: bytes) -> str:
    """NKEYS seed ("SA…", "SU…", "SN…") of 32 secret bytes. Raises ValueError for a wrong kind or length."""
    _check(kind, raw)
    return _armour(bytes([_SEED | (kind >> 5), (kind & 31) << 3]) + raw)


def decode_seed(seed: str) -> tuple[int, bytes]:
    """(kind, 32 secret bytes) of a seed. Raises ValueError when it is none or damaged."""
    body = _strip(seed)
    if len(body) != 34 or body[0] & 248 != _SEED:
        raise ValueError("not an NKEYS seed")
    kind = (body[0] & 7) << 5 | body[1] >> 3
    _check(kind, body[2:])
    return kind, body[2:]


def encode_public(kind: int, raw: bytes) -> str:
    """NKEYS public key ("A…", "U…", "N…") of 32 public bytes."""
    _check(kind, raw)
    return _armour(bytes([kind]) + raw)


def decode_public(key: str) -> tuple[int, bytes]:
    """(kind, 32 public bytes) of a public key. Raises ValueError when it is none or damaged."""
    body = _strip(key)
    if len(body) != 33:
        raise ValueError("not an NKEYS public key")
    _check(body[0], body[1:])
    return body[0], body[1:]


def public_of(seed: str) -> str:
    """The public key that belongs to a seed."""
    kind, raw = decode_seed(seed)
    return encode_public(kind, Ed25519PrivateKey.from_private_bytes(raw).public_key().public_bytes_raw())


def sign(seed: str, message: bytes) -> bytes:
    """64-byte ed25519 signature of a message."""
    return Ed25519PrivateKey.from_private_bytes(decode_seed(seed)[1]).sign(message)


def verify(public: str, message: bytes, signature: bytes) -> bool:
    """True when the signature is the public key's own over the message."""
    try:
        Ed25519PublicKey.from_public_bytes(decode_public(public)[1]).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def encode_jwt(seed: str, claims: Mapping[str, Any]) -> str:
    """Signed NATS token. `claims` carry at least sub, iat (Unix seconds) and nats; iss and jti are set here."""
    body = {**claims, "iss": public_of(seed), "jti": ""}
    digest = hashlib.new("sha512_256", _json(body)).digest()
    body["jti"] = base64.b32encode(digest).decode().rstrip("=")
    signed = f"{_b64({'typ': 'JWT', 'alg': 'ed25519-nkey'})}.{_b64(body)}"
    signature = base64.urlsafe_b64encode(sign(seed, signed.encode())).decode().rstrip("=")
    return f"{signed}.{signature}"


def decode_jwt(token: str) -> dict[str, Any]:
    """Claims of a NATS token whose signature is its issuer's own. Raises ValueError otherwise.

    That the issuer may be trusted is for the caller to say: compare `iss`.
    """
    try:
        head, body, signature = token.split(".")
        header = json.loads(_unb64(head))
        claims = json.loads(_unb64(body))
        raw_signature = _unb64(signature)
    except (ValueError, binascii.Error) as error:
        raise ValueError("not a NATS token") from error
    if not isinstance(claims, dict) or header.get("alg") != "ed25519-nkey":
        raise ValueError("not a NATS token")
    if not verify(str(claims.get("iss", "")), f"{head}.{body}".encode(), raw_signature):
        raise ValueError("the token's signature is not its issuer's")
    return claims


def _check(kind: int, raw: bytes) -> None:
    if kind not in _KINDS:
        raise ValueError(f"unknown kind of key: {kind}")
    if len(raw) != 32:
        raise ValueError(f"a key has 32 bytes, not {len(raw)}")


def _armour(body: bytes) -> str:
    return base64.b32encode(body + binascii.crc_hqx(body, 0).to_bytes(2, "little")).decode().rstrip("=")


def _strip(text: str) -> bytes:
    try:
        whole = base64.b32decode(text + "=" * (-len(text) % 8))
    except binascii.Error as error:
        raise ValueError("not base32") from error
    body, crc = whole[:-2], whole[-2:]
    if binascii.crc_hqx(body, 0).to_bytes(2, "little") != crc:
        raise ValueError("checksum does not match")
    return body


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def _b64(value: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(_json(value)).decode().rstrip("=")


def _unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
