"""Write one event: chained, in the caller's transaction, delivered to whoever subscribed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from procrastinate.types import JSONDict

from lantu.calc.hashchain import chain_hash, plain
from lantu.core.events import DomainEvent, payload_of
from lantu.core.models import CITY_CHAIN, ChainHead, Event
from lantu.core.nudge import nudge_on_commit
from lantu.core.submissions import claimed_facts
from lantu.core.subscriptions import delivers_inline, handlers_of, inline_handlers

AT_ONCE = 1000
LOCK_SQL = (
    "SELECT chain, seq, hash FROM core_chainhead WHERE chain = ANY(%s::bigint[]) ORDER BY chain FOR UPDATE"
)
ROW_SQL = f"({', '.join(['%s'] * 8)}, %s::timestamptz, %s::timestamptz, %s, %s::jsonb, %s, %s, %s)"
APPEND_SQL = """
    WITH link AS (
        INSERT INTO core_event (
            chain, seq, kind, project_id, subject_type, subject_id, actor_id, on_behalf_of_id, at, recorded_at, reason,
            payload, cause_id, prev_hash, hash
        ) VALUES %s RETURNING id, chain, seq
    ), head AS (
        UPDATE core_chainhead h SET seq = n.seq, hash = n.hash
        FROM unnest(%%s::bigint[], %%s::bigint[], %%s::text[]) AS n(chain, seq, hash) WHERE h.chain = n.chain
    )
    SELECT id, chain, seq FROM link
"""


def hashed_fields(row: Event) -> dict[str, Any]:
    """The fields that the hash covers: everything a reader could be misled by."""
    return {
        "chain": row.chain,
        "seq": row.seq,
        "kind": row.kind,
        "project_id": row.project_id,
        "subject_type": row.subject_type,
        "subject_id": row.subject_id,
        "actor_id": row.actor_id,
        "on_behalf_of_id": row.on_behalf_of_id,
        "at": row.at,
        "recorded_at": row.recorded_at,
        "reason": row.reason,
        "payload": row.payload,
        "cause_id": row.cause_id,
    }


def _lock_heads(chains: set[int]) -> dict[int, ChainHead]:
    """Heads by chain, locked in order of chain; a project's first event makes its own."""
    wanted = sorted(chains)
    with connection.cursor() as cursor:
        cursor.execute(LOCK_SQL, [wanted])
        found = cursor.fetchall()
        if len(found) < len(wanted):
            missing = sorted(chains - {chain for chain, _seq, _hash in found})
            ChainHead.objects.bulk_create(
                [ChainHead(chain=chain) for chain in missing], ignore_conflicts=True
            )
            cursor.execute(LOCK_SQL, [wanted])
            found = cursor.fetchall()
    return {chain: ChainHead(chain=chain, seq=seq, hash=link) for chain, seq, link in found}


def hold_chain(project_id: int | None) -> None:
    """Take the head of a project's chain before its rows.

    Whoever locks a row that telemetry changes too, and then emits, calls this first: the ingest worker holds the heads
    of all projects of its batch, and would else wait for the row while the row's owner waits for the head.
    """
    hold_chains([project_id])


def hold_chains(projects: Iterable[int | None]) -> None:
    """:func:`hold_chain` of many projects, in the order that keeps two such holders from waiting in a ring."""
    _lock_heads({CITY_CHAIN if project_id is None else project_id for project_id in projects})


def emit(
    ev: DomainEvent,
    *,
    actor: Any | None,
    at: datetime,
    reason: str = "",
    on_behalf_of: Any | None = None,
    cause_id: int | None = None,
) -> Event:
    """Append ``ev`` to its chain and hand it to its subscribers.

    Must run inside a transaction: the event commits or vanishes with the change it tells of.
    ``at`` is when it happened; the time of recording is taken here, because that is a fact about
    this write and not about the business. What a phone's queue sends late carries ``captured_at`` in its payload:
    when the person says that they did it.
    """
    _require_transaction()
    heads = _lock_heads({_chain_of(ev)})
    (head,) = heads.values()
    row = _next_link(
        ev, head, actor=actor, at=at, reason=reason, on_behalf_of=on_behalf_of, cause_id=cause_id
    )
    _append([row], heads)
    _deliver(row)
    return row


def emit_all(
    told: Sequence[DomainEvent],
    *,
    actor: Any | Sequence[Any] | None,
    at: datetime,
    reason: str | Sequence[str] = "",
    cause_id: int | None = None,
) -> list[Event]:
    """Append many events of one change as :func:`emit` would one by one, in a handful of statements.

    For imports and rounds over thousands of projects. Heads are locked in order of chain, so that two such writers
    never wait for each other in a ring; events of one chain keep the order of ``told``. ``reason`` and
    ``actor``: one for all, or a list with one for each.
    """
    _require_transaction()
    reasons = [reason] * len(told) if isinstance(reason, str) else reason
    actors = actor if isinstance(actor, list) else [actor] * len(told)
    heads = _lock_heads({_chain_of(ev) for ev in told})
    rows = [
        _next_link(
            ev, heads[_chain_of(ev)], actor=who, at=at, reason=why, on_behalf_of=None, cause_id=cause_id
        )
        for ev, who, why in zip(told, actors, reasons, strict=True)
    ]
    for first in range(0, len(rows), AT_ONCE):
        _append(rows[first : first + AT_ONCE], heads)
    _deliver_all(rows)
    return rows


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("emit() belongs inside the transaction of its change")


def _chain_of(ev: DomainEvent) -> int:
    return CITY_CHAIN if ev.project_id is None else ev.project_id


def _next_link(
    ev: DomainEvent,
    head: ChainHead,
    *,
    actor: Any | None,
    at: datetime,
    reason: str,
    on_behalf_of: Any | None,
    cause_id: int | None,
) -> Event:
    """The row that follows ``head``, not yet stored; ``head`` itself moves on to it."""
    row = Event(
        chain=head.chain,
        seq=head.seq + 1,
        kind=ev.kind,
        project_id=ev.project_id,
        subject_type=ev.subject_type,
        subject_id=ev.subject_id,
        actor=actor,
        on_behalf_of=on_behalf_of,
        at=at,
        recorded_at=timezone.now(),
        reason=reason,
        payload=plain(payload_of(ev) | claimed_facts(actor)),
        cause_id=cause_id,
        prev_hash=head.hash,
    )
    row.hash = chain_hash(row.prev_hash, hashed_fields(row))
    head.seq, head.hash = row.seq, row.hash
    return row


def _append(rows: Sequence[Event], heads: dict[int, ChainHead]) -> None:
    """Store links and move their heads on, in one statement: an alert's way to the screen leads through here."""
    values = ", ".join([ROW_SQL] * len(rows))
    parameters: list[Any] = []
    for row in rows:
        parameters += [
            row.chain, row.seq, row.kind, row.project_id, row.subject_type, row.subject_id, row.actor_id,
            row.on_behalf_of_id, row.at, row.recorded_at, row.reason, json.dumps(row.payload), row.cause_id,
            row.prev_hash, row.hash,
        ]  # fmt: skip
    moved = list({row.chain: heads[row.chain] for row in rows}.values())
    parameters += [
        [head.chain for head in moved], [head.seq for head in moved], [head.hash for head in moved]
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(APPEND_SQL % values, parameters)
        numbers = {(chain, seq): pk for pk, chain, seq in cursor.fetchall()}
    for row in rows:
        row.pk = numbers[row.chain, row.seq]
        row._state.adding, row._state.db = False, connection.alias


def _deliver_all(rows: list[Event]) -> None:
    if delivers_inline():
        for row in rows:
            _deliver(row)
        return
    heard: list[JSONDict] = [{"event_id": row.pk} for row in rows if handlers_of(row.kind)]
    if heard:
        from lantu.core.jobs import deliver_event

        deliver_event.configure(queueing_lock=None).batch_defer(*heard)
    for row in rows:
        nudge_on_commit(event_id=row.pk, kind=row.kind, project_id=row.project_id, at=row.at)


def _deliver(row: Event) -> None:
    if delivers_inline():
        for handler in inline_handlers(row.kind):
            handler(row)
        return
    if handlers_of(row.kind):
        from lantu.core.jobs import deliver_event

        deliver_event.configure(queueing_lock=None).defer(event_id=row.pk)
    nudge_on_commit(event_id=row.pk, kind=row.kind, project_id=row.project_id, at=row.at)
