"""Write one event: chained, in the caller's transaction, delivered to whoever subscribed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from lantu.calc.hashchain import chain_hash, plain
from lantu.core.events import DomainEvent, payload_of
from lantu.core.models import CITY_CHAIN, ChainHead, Event
from lantu.core.nudge import nudge_on_commit
from lantu.core.submissions import claimed_facts
from lantu.core.subscriptions import delivers_inline, handlers_of, inline_handlers


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


def _lock_head(chain: int) -> ChainHead:
    head = ChainHead.objects.select_for_update().filter(chain=chain).first()
    if head is None:
        ChainHead.objects.bulk_create([ChainHead(chain=chain)], ignore_conflicts=True)
        head = ChainHead.objects.select_for_update().get(chain=chain)
    return head


def hold_chain(project_id: int | None) -> None:
    """Take the head of a project's chain before its rows.

    Whoever locks a row that telemetry changes too, and then emits, calls this first: the ingest worker holds the heads
    of all projects of its batch, and would else wait for the row while the row's owner waits for the head.
    """
    _lock_head(CITY_CHAIN if project_id is None else project_id)


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
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("emit() belongs inside the transaction of its change")
    chain = CITY_CHAIN if ev.project_id is None else ev.project_id
    head = _lock_head(chain)
    row = Event(
        chain=chain,
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
    row.save(force_insert=True)
    ChainHead.objects.filter(chain=chain).update(seq=row.seq, hash=row.hash)
    _deliver(row)
    return row


def _deliver(row: Event) -> None:
    if delivers_inline():
        for handler in inline_handlers(row.kind):
            handler(row)
        return
    if handlers_of(row.kind):
        from lantu.core.jobs import deliver_event

        deliver_event.configure(queueing_lock=None).defer(event_id=row.pk)
    nudge_on_commit(event_id=row.pk, kind=row.kind, project_id=row.project_id, at=row.at)
