"""What a rule remembers about a channel: one small row per slot, readable as bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lantu.calc.rules.book import BUCKETS, FALSE, REASONS, TRUE, Book
from lantu.calc.rules.definition import SEVERITIES, Reason, Verdict

NEVER = np.int64(-(2**62))
"""Time stamp of what has not happened yet."""
FORMAT = 1
"""First byte of every stored row; a row of another format is refused."""

CORE = np.dtype(
    [
        ("raw", "<f8"),  # latest reading of the primary channel
        ("a_val", "<f8"),  # its statistic
        ("a_ts", "<i8"),
        ("b_val", "<f8"),  # latest reading of the other channel; for a rate: the reference reading
        ("b_ts", "<i8"),
        ("x", "<f8"),  # the number last compared with the limits
        ("seen_ts", "<i8"),  # when it was last compared
        ("since", "<i8", (SEVERITIES,)),  # since when each limit is exceeded without a break
        ("run", "<i4", (SEVERITIES,)),  # for how many judged samples
        ("below", "<i4"),  # judged samples below the clear limit of the present level
        ("level", "i1"),
        ("outcome", "i1"),  # FALSE, TRUE or the index of the reason to abstain
    ]
)


@dataclass
class State:
    """State arrays of a book: ``core`` per slot, rings per windowed slot.

    ``ring_a[k]``/``ring_c[k]`` hold per bucket the sum and the count of samples (mean, Leq) or the
    first reading and its time (rate); ``ring_at[k]`` is the number of the newest bucket.
    """

    core: NDArray[Any]
    ring_a: NDArray[np.float64]
    ring_c: NDArray[np.int64]
    ring_at: NDArray[np.int64]
    ring_of: NDArray[np.int64]

    @classmethod
    def blank(cls, book: Book) -> State:
        """The state before any reading."""
        core = np.zeros(len(book.slots), CORE)
        core["a_ts"] = core["b_ts"] = core["seen_ts"] = NEVER
        core["outcome"] = REASONS.index(Reason.NO_DATA)
        rings = int(np.count_nonzero(book.ring >= 0))
        return cls(
            core=core,
            ring_a=np.zeros((rings, BUCKETS)),
            ring_c=np.zeros((rings, BUCKETS), np.int64),
            ring_at=np.full(rings, NEVER),
            ring_of=book.ring,
        )

    def level(self, slot: int) -> int:
        """Present level of a slot, 0 to 4."""
        return int(self.core["level"][slot])

    def verdict(self, slot: int) -> tuple[Verdict, Reason | None]:
        """The latest verdict with the reason if it is NOT_YET."""
        code = int(self.core["outcome"][slot])
        if code == TRUE:
            return Verdict.TRUE, None
        if code == FALSE:
            return Verdict.FALSE, None
        return Verdict.NOT_YET, REASONS[code]

    def last_ts_ms(self, slot: int) -> int | None:
        """Time of the newest sample of the primary channel, ``None`` before the first."""
        ts = self.core["a_ts"][slot]
        return None if ts == NEVER else int(ts)

    def row(self, slot: int) -> bytes:
        """The slot's state as bytes (about 110, or 440 with a window) to store beside the readings."""
        parts = [bytes([FORMAT]), self.core[slot].tobytes()]
        ring = int(self.ring_of[slot])
        if ring >= 0:
            parts += [
                self.ring_a[ring].tobytes(),
                self.ring_c[ring].tobytes(),
                self.ring_at[ring : ring + 1].tobytes(),
            ]
        return b"".join(parts)

    def load(self, slot: int, row: bytes) -> None:
        """Put a stored row back. Raises ``ValueError`` if it was written for another kind of rule."""
        ring = int(self.ring_of[slot])
        size = 1 + CORE.itemsize + (BUCKETS * 16 + 8 if ring >= 0 else 0)
        if len(row) != size or row[0] != FORMAT:
            raise ValueError(f"slot {slot}: the stored state does not fit this rule")
        body = memoryview(row)[1:]
        self.core[slot] = np.frombuffer(body, CORE, 1)[0]
        if ring >= 0:
            rest = body[CORE.itemsize :]
            self.ring_a[ring] = np.frombuffer(rest, "<f8", BUCKETS)
            self.ring_c[ring] = np.frombuffer(rest, "<i8", BUCKETS, BUCKETS * 8)
            self.ring_at[ring] = np.frombuffer(rest, "<i8", 1, BUCKETS * 16)[0]
