"""The worker: takes what is queued, delivers it, and takes up what a dead one left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from procrastinate.contrib.django.models import ProcrastinateJob

from lantu.core.models import ChainHead
from lantu.core.tests.test_events import happen, listening, triggers_off


@pytest.fixture
def history_may_be_emptied(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A test with real commits ends by emptying all tables, which the house forbids for events."""
    with django_db_blocker.unblock(), triggers_off():
        yield


def test_the_worker_delivers_what_is_queued(history_may_be_emptied: None, transactional_db: None) -> None:
    with listening() as heard:
        row = happen(1)
        call_command("run_worker", "--once")
    assert [one.pk for one in heard] == [row.pk]
    assert not ProcrastinateJob.objects.filter(task_name="core.deliver_event").exists()
    assert ChainHead.objects.get(chain=0).seq == 1
