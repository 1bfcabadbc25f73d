"""Sample objects of stage gates: a project of its own with gates, a document, a condition, a tender record."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from lantu.duties.services.open import open_duty
from lantu.lifecycle.gates.models import Gate, GateCondition, GateDocument, GateStep
from lantu.lifecycle.gates.services import open_gates, save_tender
from lantu.lifecycle.gates.services.passing import CONDITION, reserve
from tests.cast import NOW


def gate_samples(cast: SimpleNamespace, site: Any) -> dict[str, Any]:
    """Everything belongs to ``site``; nothing of it concerns the outsider."""
    plan = open_gates(site, actor=cast.officer, now=NOW, template="government")
    gate = Gate.objects.get(plan=plan, stage="initiation")
    step = GateStep.objects.get(project=site, code="targets")
    document = GateDocument.objects.create(
        step=step, number="德演〔2026〕1号", issuer="德州市重点工程管理局", issued_on=NOW.date(), source="reference",
        sha256="0" * 64, added_by=cast.owner, added_at=NOW,
    )  # fmt: skip
    (pk,) = reserve(GateCondition)
    duty = open_duty(
        subject_type=CONDITION, subject_id=pk, project=site, step="meet", title="容缺补齐", action_label="补齐条件",
        action_url=gate.get_absolute_url(), holder=cast.owner, severity=2, due_at=NOW + timedelta(days=9), now=NOW,
        actor=cast.officer,
    )  # fmt: skip
    condition = GateCondition.objects.create(
        pk=pk, gate=gate, project=site, text="补齐材料", holder=cast.owner, due_on=(NOW + timedelta(days=9)).date(),
        set_by=cast.officer, set_at=NOW, duty=duty,
    )  # fmt: skip
    tender = save_tender(project=site, values={"name": "施工一标段"}, by=cast.officer, now=NOW)
    return {
        "gate": gate,
        "gate_step": step,
        "gate_document": document,
        "gate_condition": condition,
        "gate_tender": tender,
    }


GATE_PAGES = {
    "lifecycle:gate": lambda w: {"pk": w.gate.pk},
    "lifecycle:gate_act": lambda w: {"pk": w.gate.pk, "verb": "submit"},
    "lifecycle:gate_step": lambda w: {"pk": w.gate_step.pk},
    "lifecycle:gate_step_act": lambda w: {"pk": w.gate_step.pk, "verb": "apply"},
    "lifecycle:gate_document_void": lambda w: {"pk": w.gate_document.pk},
    "lifecycle:gate_condition_meet": lambda w: {"pk": w.gate_condition.pk},
    "lifecycle:gates_template": lambda w: {"code": "government"},
    **{
        f"lifecycle:{name}": lambda w: {"code": w.site.code, "pk": w.gate_tender.pk, "verb": "suspend"}
        for name in (
            "gates_project", "gates_paper", "gates_open", "gates_stop", "gates_tenders", "gates_tender_new",
            "gates_tender",
        )
    },
}  # fmt: skip
GATE_API = {
    "/gates/projects/": lambda w: {"code": w.site.code, "pk": w.gate_tender.pk, "verb": "suspend"},
    "/gates/templates": lambda w: {},
    "/gate-steps/": lambda w: {"pk": w.gate_step.pk, "verb": "apply"},
    "/gates/": lambda w: {"pk": w.gate.pk, "verb": "submit"},
}
GATE_BODIES = {
    "POST /gates/projects/{code}/stop/{verb}": lambda w: {
        "document_no": "德政字〔2026〕1号",
        "reason": "资金调整",
    },
    "POST /gates/projects/{code}/tenders/new": lambda w: {"name": "施工二标段"},
}
