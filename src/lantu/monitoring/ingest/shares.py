"""Several workers: the stream sorts messages by project into shares, and each worker reads one of them.

With one worker the stream keeps messages under the subject they came with. With more, JetStream itself renames each on
its way in: ``lantu.<project>.<device>.telemetry`` becomes ``p<workers>.<share>.<project>.<device>``, the share being a hash
of the project code. A project's devices stay together and in order. Shares of different counts have different names, so
that a change of the count mixes nothing up: what lies in the stream is read out under the old names first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import structlog
from django.db import transaction

from lantu.monitoring.ingest.models import IngestOffset
from lantu.monitoring.ingest.stream import STREAM, SUBJECTS, StreamInfo, api
from lantu.monitoring.ingest.wire import Wire

log = structlog.get_logger(__name__)
MOST = 64
FNV_OFFSET, FNV_PRIME = 0x811C9DC5, 0x01000193
SINGLE = "0"


class Share(NamedTuple):
    """Share ``number`` (from 0) of ``of``; the only one by default."""

    number: int = 0
    of: int = 1

    @classmethod
    def named(cls, name: str) -> Share:
        """The share of a stored position. Raises ValueError for a name that is none."""
        of, dot, number = name.partition(".")
        return cls(int(number), int(of)) if dot else cls()

    @property
    def name(self) -> str:
        """Name of its stored position."""
        return SINGLE if self.of == 1 else f"{self.of}.{self.number}"

    @property
    def subject(self) -> str:
        """What a consumer of this share filters by."""
        return SUBJECTS[0] if self.of == 1 else f"p{self.of}.{self.number}.*.*"

    def holds(self, project_code: str) -> bool:
        """Whether messages of this project come here."""
        return self.of == 1 or hash_of(project_code) % self.of == self.number


class LayoutPending(ConnectionError):
    """The stream is not yet sorted, or not yet read out, for this count of workers: try again."""


def hash_of(text: str) -> int:
    """FNV-1a of 32 bits, as NATS' partition() computes it."""
    value = FNV_OFFSET
    for byte in text.encode():
        value = (value ^ byte) * FNV_PRIME & 0xFFFFFFFF
    return value


def renaming(of: int) -> dict[str, str] | None:
    """The stream's subject_transform for so many shares."""
    if of == 1:
        return None
    return {
        "src": SUBJECTS[0],
        "dest": f"p{of}.{{{{partition({of},1)}}}}.{{{{wildcard(1)}}}}.{{{{wildcard(2)}}}}",
    }


def original(subject: bytes) -> bytes:
    """The subject under which a device published."""
    if subject.startswith(b"lantu."):
        return subject
    words = subject.split(b".")
    return b"lantu.%s.%s.telemetry" % (words[2], words[3]) if len(words) == 4 else subject


def layout_of(wire: Wire) -> int:
    """Into how many shares the stream sorts now."""
    transform = api(wire, f"STREAM.INFO.{STREAM}")["config"].get("subject_transform") or {}
    dest = str(transform.get("dest", ""))
    return int(dest[1 : dest.index(".")]) if dest else 1


def lay_out(wire: Wire, info: StreamInfo, of: int) -> None:
    """Make the stream sort into ``of`` shares from now on; positions of the new shares begin where it stands."""
    config = api(wire, f"STREAM.INFO.{STREAM}")["config"]
    config.pop("subject_transform", None)
    transform = renaming(of)
    with transaction.atomic():
        for number in range(of):
            row, _made = IngestOffset.objects.select_for_update().get_or_create(
                partition=Share(number, of).name
            )
            if row.stream_created_at != info.created:
                row.seq, row.stream_created_at, row.message_at = (
                    max(info.last_seq, info.first_seq - 1),
                    info.created,
                    None,
                )
                row.save(update_fields=["seq", "stream_created_at", "message_at"])
        api(
            wire,
            f"STREAM.UPDATE.{STREAM}",
            **config | ({"subject_transform": transform} if transform else {}),
        )
    log.warning("stream_laid_out", shares=of, from_seq=info.last_seq + 1)


def older_shares(info: StreamInfo, of: int) -> Iterator[Share]:
    """Shares of other counts that are still to be read out of this life of the stream."""
    names = IngestOffset.objects.filter(stream_created_at=info.created).order_by("partition")
    for name in names.values_list("partition", flat=True):
        share = Share.named(name)
        if share.of != of:
            yield share


def settle(share: Share) -> None:
    """Note that a share of an older count has been read to its end. Its totals stay; should its count come back, it
    goes on from its position."""
    IngestOffset.objects.filter(partition=share.name).update(stream_created_at=None)
    log.info("older_share_read_out", share=share.name)


def stored_up_to(info: StreamInfo, of: int) -> int:
    """Sequence up to which everything is in PostgreSQL; 0 while a share of the present count, or one that is still to be
    read out, has no position."""
    found = dict(IngestOffset.objects.filter(stream_created_at=info.created).values_list("partition", "seq"))
    if any(Share(number, of).name not in found for number in range(of)):
        return 0
    return min(found.values())


def parse(number: int, of: int) -> Share:
    """A share as given on the command line. Raises ValueError when there is no such share."""
    if not (1 <= of <= MOST and 0 <= number < of):
        raise ValueError(f"share {number} of {of}: shares count from 0, at most {MOST}")
    return Share(number, of)
