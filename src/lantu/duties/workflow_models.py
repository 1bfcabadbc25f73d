"""Which tables hold objects that must have an open duty while they are open: apps add theirs in hooks.py."""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps
from django.db.models import Model, Q


@dataclass(frozen=True)
class WorkflowModel:
    """``model`` as "app.Model"; ``subject_type`` as written in the duty; ``is_open`` selects the open rows."""

    model: str
    subject_type: str
    is_open: Q
    duty_field: str = "duty"

    def model_class(self) -> type[Model]:
        return apps.get_model(self.model)


_known: dict[str, WorkflowModel] = {}


def add(model: str, *, is_open: Q, subject_type: str | None = None, duty_field: str = "duty") -> None:
    """Declare a workflow table, e.g. ``add("hazards.Hazard", is_open=~Q(status__in=CLOSED))``.

    ``subject_type`` defaults to the lower-case name, e.g. ``hazards.hazard``.
    """
    found = WorkflowModel(model, subject_type or model.lower(), is_open, duty_field)
    if model in _known and _known[model] != found:
        raise ValueError(f"workflow model {model} is declared twice")
    _known[model] = found


def all_models() -> list[WorkflowModel]:
    return [_known[name] for name in sorted(_known)]
