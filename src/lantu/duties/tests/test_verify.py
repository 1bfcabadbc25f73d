"""The law of the house is walked, and each breach is named."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from tests.cast import NOW

from lantu.duties.models import ClockStop, Duty, Extension, Holding
from lantu.duties.services.extension import ask_extension
from lantu.duties.tests.makers import make_duty
from lantu.duties.verify import verify_duties

DAY = timedelta(days=1)


def problems() -> list[str]:
    return [found.problem for found in verify_duties() if found.subject_type != "tests.thing"]


def extension(cast: SimpleNamespace, project: Any) -> Extension:
    duty = make_duty(cast.contractor, project=project)
    return ask_extension(duty, wanted_due_at=NOW + 20 * DAY, reason="x", now=NOW, actor=cast.contractor)


def test_nothing_wrong_nothing_said(cast: SimpleNamespace, site_project: Any) -> None:
    extension(cast, site_project)
    assert problems() == []


def test_an_open_object_whose_duty_is_closed(cast: SimpleNamespace, site_project: Any) -> None:
    request = extension(cast, site_project)
    Duty.objects.filter(pk=request.decision_duty_id).update(closed_at=NOW)
    Holding.objects.filter(duty_id=request.decision_duty_id).update(ended_at=NOW)
    assert problems() == ["对象未办结而没有未结的责任"]


def test_an_open_duty_whose_object_is_closed(cast: SimpleNamespace, site_project: Any) -> None:
    request = extension(cast, site_project)
    Extension.objects.filter(pk=request.pk).update(decided_at=NOW)
    assert "未结而对象已办结" in problems()[0]
    with pytest.raises(SystemExit):
        call_command("verify_duties")


def test_a_duty_that_nobody_holds(cast: SimpleNamespace, site_project: Any) -> None:
    request = extension(cast, site_project)
    Holding.objects.filter(duty_id=request.decision_duty_id).update(ended_at=NOW)
    assert "无人持有" in problems()[0]


def test_an_unregistered_kind_of_object(cast: SimpleNamespace) -> None:
    make_duty(cast.contractor)
    assert ["没有登记为流程表" in found.problem for found in verify_duties()] == [True]


def test_the_database_itself_refuses_open_requests_without_a_duty(cast: SimpleNamespace) -> None:
    duty = make_duty(cast.contractor)
    with pytest.raises(IntegrityError), transaction.atomic():
        Extension.objects.create(
            duty=duty, asked_by=cast.contractor, asked_at=NOW, wanted_due_at=NOW + DAY, reason="x"
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        ClockStop.objects.create(
            duty=duty, reason="stop_order", asked_by=cast.contractor, asked_at=NOW, expected_until=NOW + DAY
        )
