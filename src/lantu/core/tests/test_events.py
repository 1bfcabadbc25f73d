"""Events: chained, append-only, delivered; a tampered row is found and named."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.utils import DatabaseError
from procrastinate.contrib.django.models import ProcrastinateJob

from lantu.calc.hashchain import GENESIS
from lantu.core.events import event
from lantu.core.jobs import deliver_event
from lantu.core.models import ChainHead, ChainRoot, Event
from lantu.core.services.emit import emit, emit_all
from lantu.core.services.verify_chain import seal_chains, verify_events
from lantu.core.subscriptions import _handlers, inline_delivery, subscribe

NOW = datetime(2026, 6, 10, 2, 0, tzinfo=UTC)


@event("tests.happened")
@dataclass(frozen=True, kw_only=True)
class Happened:
    subject_type: ClassVar[str] = "tests.thing"
    project_id: int | None
    subject_id: int
    note: str


def happen(number: int, *, project: int | None = None, note: str = "x") -> Event:
    with transaction.atomic():
        return emit(Happened(project_id=project, subject_id=number, note=note), actor=None, at=NOW)


@contextmanager
def listening() -> Iterator[list[Event]]:
    """A subscriber of the test's own event, gone afterwards."""
    heard: list[Event] = []
    subscribe("tests.happened")(heard.append)
    try:
        yield heard
    finally:
        del _handlers["tests.happened"]


@contextmanager
def triggers_off() -> Iterator[None]:
    """What only a superuser of the database could do."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = origin")


@pytest.mark.django_db
class TestChain:
    def test_links_follow_one_another_and_projects_have_chains_of_their_own(self) -> None:
        first, second, city = happen(1, project=7), happen(2, project=7), happen(3)
        assert (first.seq, first.prev_hash) == (1, GENESIS)
        assert (second.seq, second.prev_hash) == (2, first.hash)
        assert (city.chain, city.seq, city.prev_hash) == (0, 1, GENESIS)
        head = ChainHead.objects.get(chain=7)
        assert (head.seq, head.hash) == (2, second.hash)
        assert list(verify_events()) == []

    def test_an_event_belongs_to_a_transaction(self) -> None:
        # The test itself runs in one; outside of any, emitting is refused.
        connection.in_atomic_block, before = False, connection.in_atomic_block
        try:
            with pytest.raises(transaction.TransactionManagementError):
                emit(Happened(project_id=None, subject_id=1, note=""), actor=None, at=NOW)
            with pytest.raises(transaction.TransactionManagementError):
                emit_all([Happened(project_id=7, subject_id=1, note="")], actor=None, at=NOW)
        finally:
            connection.in_atomic_block = before

    def test_it_vanishes_with_the_change_it_tells_of(self) -> None:
        happen(1)
        with transaction.atomic():
            emit(Happened(project_id=None, subject_id=2, note=""), actor=None, at=NOW)
            transaction.set_rollback(True)
        assert happen(3).seq == 2
        assert list(verify_events()) == []


@pytest.mark.django_db
class TestAppendOnly:
    @pytest.mark.parametrize(
        "sql",
        ["UPDATE core_event SET reason = 'x'", "DELETE FROM core_event", "TRUNCATE core_event CASCADE"],
    )
    def test_the_database_refuses_to_change_history(self, sql: str) -> None:
        happen(1)
        with connection.cursor() as cursor:
            # Settle the foreign keys first: a pending check would refuse TRUNCATE for another reason.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            with pytest.raises(DatabaseError, match="只能追加"), transaction.atomic():
                cursor.execute(sql)


@pytest.mark.django_db
class TestTampering:
    def test_an_altered_row_is_named(self) -> None:
        happen(1, project=7)
        second = happen(2, project=7)
        happen(3, project=7)
        with triggers_off():
            Event.objects.filter(pk=second.pk).update(payload={"note": "nicer"})
        found = list(verify_events())
        assert [(one.chain, one.seq, one.event_id) for one in found] == [(7, 2, second.pk)]
        with pytest.raises(SystemExit):
            call_command("verify_events")

    def test_a_recomputed_hash_breaks_the_next_link(self) -> None:
        from lantu.calc.hashchain import chain_hash
        from lantu.core.services.emit import hashed_fields

        first = happen(1, project=7)
        second = happen(2, project=7)
        first.reason = "forged"
        forged = chain_hash(first.prev_hash, hashed_fields(first))
        with triggers_off():
            Event.objects.filter(pk=first.pk).update(reason="forged", hash=forged)
        assert [one.event_id for one in verify_events()] == [second.pk]

    def test_a_missing_row_is_named(self) -> None:
        rows = [happen(number, project=7) for number in range(4)]
        with triggers_off():
            Event.objects.filter(pk=rows[1].pk).delete()
        assert "缺少第 2 条" in next(verify_events()).problem

    def test_a_cut_off_end_and_an_emptied_chain_are_named(self) -> None:
        happen(1, project=7)
        last = happen(2, project=7)
        only = happen(1, project=8)
        with triggers_off():
            Event.objects.filter(pk__in=[last.pk, only.pk]).delete()
        assert {(one.chain, one.problem[:2]) for one in verify_events()} == {(7, "链尾"), (8, "链尾")}


@pytest.mark.django_db
class TestSeal:
    def test_one_root_a_day_over_all_chains(self) -> None:
        happen(1, project=7)
        happen(1)
        root = seal_chains(now=NOW)
        again = seal_chains(now=NOW + timedelta(hours=1))
        assert ChainRoot.objects.count() == 1
        assert root == again
        assert (root.chains, root.events, str(root.day)) == (2, 2, "2026-06-09")


@pytest.mark.django_db
class TestDelivery:
    def test_inline_delivery_calls_subscribers_at_once(self) -> None:
        with listening() as heard, inline_delivery():
            row = happen(1)
        assert heard == [row]
        assert not ProcrastinateJob.objects.exists()

    def test_a_job_in_the_same_transaction_delivers_later(self) -> None:
        with listening() as heard:
            row = happen(1)
            assert heard == []
            job = ProcrastinateJob.objects.get()
            assert (job.task_name, job.args) == ("core.deliver_event", {"event_id": row.pk})
            deliver_event(event_id=row.pk)
            assert heard == [row]

    def test_many_at_once_are_what_they_would_be_one_by_one(self) -> None:
        happen(1, project=7)
        told = [
            Happened(project_id=project, subject_id=number, note="x")
            for number, project in enumerate([8, 7, None, 7], start=2)
        ]
        with listening(), transaction.atomic():
            rows = emit_all(told, actor=None, at=NOW)
        assert [(row.chain, row.seq) for row in rows] == [(8, 1), (7, 2), (0, 1), (7, 3)]
        assert rows[3].prev_hash == rows[1].hash
        assert list(verify_events()) == []
        assert ProcrastinateJob.objects.filter(task_name="core.deliver_event").count() == 4
        follower = happen(9, project=7)
        assert follower.prev_hash == rows[3].hash
        with listening() as heard, inline_delivery(), transaction.atomic():
            assert emit_all(told, actor=None, at=NOW) == heard

    def test_no_subscriber_no_job(self) -> None:
        happen(1)
        assert not ProcrastinateJob.objects.exists()

    def test_a_rolled_back_change_leaves_no_job(self) -> None:
        with listening(), transaction.atomic():
            emit(Happened(project_id=None, subject_id=1, note=""), actor=None, at=NOW)
            transaction.set_rollback(True)
        assert not ProcrastinateJob.objects.exists()
