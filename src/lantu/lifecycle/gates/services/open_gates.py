"""Open the gates of a project from a template of the pack."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit, hold_chain
from lantu.lifecycle.gates.book import fitting_template, template_named
from lantu.lifecycle.gates.events import GatesOpened, GateStarted
from lantu.lifecycle.gates.models import Gate, GatePlan, GateStep
from lantu.lifecycle.gates.people import Desk, parties_of
from lantu.lifecycle.gates.planning import draft
from lantu.lifecycle.gates.services.passing import advance, hand_on, lock_gate, reserve
from lantu.lifecycle.gates.services.recompute import recompute_gates
from lantu.lifecycle.gates.states import Verb
from lantu.packs.gates import Template
from lantu.projects.models import Project, Stage, Status


@transaction.atomic
def open_gates(project: Project, *, actor: User, now: datetime, template: Template | str = "") -> GatePlan:
    """Six gates with steps, people and days; the first is started at once. ``template``: a template, its code, or
    nothing for the one that fits. Raises Refused when the project has gates already or nobody answers for it.
    """
    require(actor, "lifecycle.gates_open", project)
    hold_chain(project.pk)
    if GatePlan.objects.filter(project=project).exists():
        raise Refused(
            "gates.opened_already",
            _("这个项目已经建立了关口。"),
            remedy=_("内容有重大变化的，请在相应关口“重新打开”。"),
        )
    if isinstance(template, str):
        template = template_named(template) if template else fitting_template(project)
    made = draft(
        project, template, desk=Desk(), parties=parties_of([project])[project.pk], opened_at=now, actor=actor
    )
    made.plan.save(force_insert=True)
    for gate, pk in zip(made.gates.values(), reserve(Gate, len(made.gates)), strict=True):
        gate.pk, gate.plan = pk, made.plan
    Gate.objects.bulk_create(made.gates.values())
    for step in made.steps.values():
        step.gate = made.gates[step.gate.stage]
    GateStep.objects.bulk_create(made.steps.values())
    emit(
        GatesOpened(
            project_id=project.pk, subject_id=made.plan.pk, template=template.code,
            template_version=made.plan.template_version, steps=len(made.steps), taken_over=[],
        ),
        actor=actor,
        at=now,
    )  # fmt: skip
    start_gate(made.gates[Stage.INITIATION], by=actor, now=now)
    recompute_gates(now=now, project_ids=[project.pk])
    return made.plan


@transaction.atomic
def start_gate(gate: Gate, *, by: User, now: datetime, version: int | None = None) -> Gate:
    """Begin to prepare: the ball goes to the responsible person. Gates may run side by side; only what a step really
    waits for holds it up."""
    require(
        by,
        "lifecycle.gates_prepare" if by.pk == gate.responsible_id else "lifecycle.gates_open",
        gate.project,
    )
    gate = lock_gate(gate, version=version)
    if gate.project.status != Status.ACTIVE:
        raise Refused(
            "gates.project_stopped",
            _("项目当前为“%(status)s”，不能启动关口。") % {"status": gate.project.get_status_display()},
            remedy=_("请先凭决定文件恢复。"),
        )
    before, after = advance(gate, Verb.START)
    gate.started_at = now
    hand_on(gate, now=now, actor=by, outcome="")
    emit(
        GateStarted(
            project_id=gate.project_id, subject_id=gate.pk, stage=gate.stage, before=before, after=after,
            due_on=gate.due_on.isoformat(),
        ),
        actor=by,
        at=now,
    )  # fmt: skip
    return gate
