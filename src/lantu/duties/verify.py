"""Law of the house: no object is open without an owner and a clock. This walks all tables and names each breach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import F, Q

from lantu.duties import workflow_models
from lantu.duties.models import Duty, Holding
from lantu.duties.workflow_models import WorkflowModel


@dataclass(frozen=True)
class Breach:
    """One object or duty that breaks the law, in plain words."""

    subject_type: str
    subject_id: int
    problem: str


def verify_duties() -> Iterator[Breach]:
    """Every open object has its open duty, every open duty its open object and exactly one current holding."""
    models = workflow_models.all_models()
    for entry in models:
        yield from _objects_without_duty(entry)
        yield from _duties_without_object(entry)
    known = [entry.subject_type for entry in models]
    for duty in Duty.objects.filter(closed_at=None).exclude(subject_type__in=known):
        yield Breach(duty.subject_type, duty.subject_id, f"责任 {duty.pk} 的对象类型没有登记为流程表")
    held = Holding.objects.filter(ended_at=None).values("duty_id")
    for duty in Duty.objects.filter(closed_at=None).exclude(pk__in=held):
        yield Breach(duty.subject_type, duty.subject_id, f"责任 {duty.pk} 未办结而无人持有")
    for holding in Holding.objects.filter(ended_at=None, duty__closed_at__isnull=False).select_related(
        "duty"
    ):
        yield Breach("duties.duty", holding.duty_id, "责任已办结而持有期未结束")
    differ = Holding.objects.filter(ended_at=None).exclude(holder_id=F("duty__holder_id"))
    for holding in differ.select_related("duty"):
        yield Breach("duties.duty", holding.duty_id, "当前持有人与责任人不一致")


def _objects_without_duty(entry: WorkflowModel) -> Iterator[Breach]:
    field = entry.duty_field
    rows = entry.model_class()._default_manager.filter(entry.is_open)
    wrong = rows.filter(
        Q(**{f"{field}__isnull": True})
        | Q(**{f"{field}__closed_at__isnull": False})
        | ~Q(**{f"{field}__subject_type": entry.subject_type})
        | ~Q(**{f"{field}__subject_id": F("pk")})
    )
    for pk in wrong.values_list("pk", flat=True):
        yield Breach(entry.subject_type, pk, "对象未办结而没有未结的责任")


def _duties_without_object(entry: WorkflowModel) -> Iterator[Breach]:
    open_ids = entry.model_class()._default_manager.filter(entry.is_open).values("pk")
    orphans = Duty.objects.filter(subject_type=entry.subject_type, closed_at=None).exclude(
        subject_id__in=open_ids
    )
    for duty in orphans:
        yield Breach(entry.subject_type, duty.subject_id, f"责任 {duty.pk} 未结而对象已办结或不存在")
