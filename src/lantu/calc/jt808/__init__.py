"""JT/T 808 (2013 and 2019), the protocol of vehicle terminals: pure encoding and decoding, no sockets, no clock.

``framing``: delimiters, escapes, check byte, headers, parts. ``messages``: registration, authentication,
answers. ``position``: positions, batches, plausibility. The vectors that prove it stand in the tests.
"""

from lantu.calc.jt808.framing import (
    Assembly,
    BadFrame,
    Packet,
    Splitter,
    decode_frame,
    encode_frame,
    escape,
    in_parts,
    short_phone,
    unescape,
)
from lantu.calc.jt808.messages import (
    Ack,
    Authentication,
    Msg,
    Registered,
    Registration,
    decode_ack,
    decode_authentication,
    decode_register,
    decode_registered,
    encode_authentication,
    encode_register,
    platform_ack,
    registered,
)
from lantu.calc.jt808.position import (
    BadBody,
    Load,
    Position,
    decode_batch,
    decode_position,
    encode_batch,
    encode_position,
    implausible,
)

__all__ = [
    "Ack", "Assembly", "Authentication", "BadBody", "BadFrame", "Load", "Msg", "Packet", "Position", "Registered",
    "Registration", "Splitter", "decode_ack", "decode_authentication", "decode_batch", "decode_frame",
    "decode_position", "decode_register", "decode_registered", "encode_authentication", "encode_batch",
    "encode_frame", "encode_position", "encode_register", "escape", "implausible", "in_parts", "platform_ack",
    "registered", "short_phone", "unescape",
]  # fmt: skip
