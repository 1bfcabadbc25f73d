"""Prove that nobody rewrote history, and say where if somebody did."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from lantu.calc.hashchain import GENESIS, chain_hash
from lantu.core.models import ChainHead, ChainRoot, Event
from lantu.core.services.emit import hashed_fields


@dataclass(frozen=True)
class Break:
    """One place where a chain does not hold."""

    chain: int
    seq: int
    event_id: int | None
    problem: str


def verify_events(chain: int | None = None) -> Iterator[Break]:
    """Walk the chains in order and yield every break: altered row, missing row, wrong head."""
    heads = {head.chain: head for head in ChainHead.objects.all()}
    rows = Event.objects.order_by("chain", "seq")
    if chain is not None:
        heads = {key: head for key, head in heads.items() if key == chain}
        rows = rows.filter(chain=chain)
    current: int | None = None
    seq, prev = 0, GENESIS
    for row in rows.iterator(chunk_size=5000):
        if row.chain != current:
            if current is not None:
                yield from _check_head(heads.pop(current, None), current, seq, prev)
            current, seq, prev = row.chain, 0, GENESIS
        if row.seq != seq + 1:
            yield Break(row.chain, seq + 1, None, f"缺少第 {seq + 1} 条至第 {row.seq - 1} 条")
        if row.prev_hash != prev:
            yield Break(row.chain, row.seq, row.pk, "与上一条的指纹不衔接")
        if row.hash != chain_hash(row.prev_hash, hashed_fields(row)):
            yield Break(row.chain, row.seq, row.pk, "内容与指纹不符：该行被改动过")
        seq, prev = row.seq, row.hash
    if current is not None:
        yield from _check_head(heads.pop(current, None), current, seq, prev)
    for left in heads.values():
        if left.seq:
            yield Break(left.chain, left.seq, None, "链尾存在而事件全部缺失")


def _check_head(head: ChainHead | None, chain: int, seq: int, last_hash: str) -> Iterator[Break]:
    if head is None:
        yield Break(chain, seq, None, "缺少链尾记录")
    elif head.seq != seq or head.hash != last_hash:
        yield Break(chain, seq, None, f"链尾应为第 {head.seq} 条，实际到第 {seq} 条：末尾被删改")


def seal_chains(*, now: datetime) -> ChainRoot:
    """Store the root over all chain heads for the local day before ``now``. Idempotent per day."""
    day = timezone.localtime(now).date() - timedelta(days=1)
    digest = hashlib.sha256()
    count = events = 0
    for head in ChainHead.objects.order_by("chain"):
        digest.update(f"{head.chain}:{head.seq}:{head.hash}\n".encode())
        count += 1
        events += head.seq
    root, _created = ChainRoot.objects.get_or_create(
        day=day,
        defaults={"chains": count, "events": events, "root": digest.hexdigest(), "computed_at": now},
    )
    return root
