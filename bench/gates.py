"""Gates and lamps of 20,000 projects recomputed in one job, beside the same done gate by gate through the ORM."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import timedelta
from typing import Any

from bench.tables import Table, number

PROJECTS = 20_000
SAMPLE = 300
ROUNDS = 3
# Everything behind the project's stage has passed, its own gate is at work, the rest has not begun.
GATES = """
INSERT INTO lifecycle_gate (plan_id, project_id, stage, number, after, state, stood_at, responsible_id, lead_unit_id,
  keeper_id, due_on, original_due_on, passed_on, decided_at, reason, document_no, duty_id, hard_missing, soft_missing,
  lamp, lamp_codes, lamp_rule, version)
SELECT l.id, p.id, t.stage, t.number, t.after::jsonb,
  CASE WHEN t.number < s.number THEN 'passed' WHEN t.number = s.number THEN 'preparing' ELSE 'not_started' END, '',
  %(person)s, %(unit)s, %(person)s, %(today)s::date + ((p.id %% 400) - 60)::int + (t.number - s.number) * 90,
  %(today)s::date, CASE WHEN t.number < s.number THEN %(today)s::date - 30 END,
  CASE WHEN t.number < s.number THEN now() END, '', '', CASE WHEN t.number = s.number THEN %(duty)s END, 0, 0,
  'grey', '[]', '', 1
FROM projects_project p JOIN lifecycle_gateplan l ON l.project_id = p.id
JOIN unnest(%(stages)s::text[], %(numbers)s::int[], %(afters)s::text[]) AS t (stage, number, after) ON true
JOIN unnest(%(stages)s::text[], %(numbers)s::int[]) AS s (stage, number) ON s.stage = p.stage
"""
STEPS = """
INSERT INTO lifecycle_gatestep (gate_id, project_id, code, label, label_en, lane, "order", hard, may_wait, source, term,
  basis, unit_id, holder_id, due_on, state, evidence_on, took_days, note, version)
SELECT g.id, g.project_id, m.code, m.code, '', 'approval', m.place, m.hard, false, 'upload', '10wd', '', %(unit)s,
  %(person)s, g.due_on, CASE WHEN g.state = 'passed' OR (g.project_id + m.place) %% 3 = 0 THEN 'confirmed' ELSE 'missing' END,
  %(today)s::date - 30, (g.project_id + m.place) %% 40, '', 1
FROM lifecycle_gate g JOIN unnest(%(stages)s::text[], %(codes)s::text[], %(hards)s::bool[], %(places)s::int[])
  AS m (stage, code, hard, place) ON m.stage = g.stage
"""


def measure() -> list[Table]:
    """A city on a throw-away cluster."""
    from lantu.runtime.testing import temporary_postgres

    with temporary_postgres() as url:
        found = _child(url)
    return [_table(found)]


def _child(url: str) -> dict[str, Any]:
    """Run this module with another database; Django reads its address once."""
    env = os.environ | {
        "LANTU_DATABASE_URL": url, "LANTU_SECRET_KEY": "bench-" + "0" * 50, "DJANGO_SETTINGS_MODULE": "lantu.site.settings",
        "LANTU_NATS_URL": "", "LANTU_LOG_LEVEL": "ERROR",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "bench.gates", "run"], env=env, check=True, stdout=subprocess.PIPE, text=True
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _fill(now: Any) -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from bench.city import fill
    from lantu.duties.models import Duty
    from lantu.lifecycle.gates.models import GatePlan
    from lantu.packs.load import national
    from lantu.projects.models import Project

    call_command("migrate", verbosity=0)
    director = fill(projects=PROJECTS, monitored=0, now=now)
    book = national().gates
    template = book.templates["government"]
    GatePlan.objects.bulk_create(
        (
            GatePlan(
                project_id=pk,
                template=template.code,
                template_version=book.version,
                opened_by=director,
                opened_at=now,
                permit_on=None if pk % 50 == 0 else timezone.localdate(now) - timedelta(days=90),
            )
            for pk in Project.objects.values_list("pk", flat=True)
        ),
        batch_size=2000,
    )
    duty = Duty.objects.create(
        subject_type="bench", subject_id=1, step="x", title="x", action_label="x", action_url="/", holder=director,
        unit=director.organisation, opened_at=now, due_at=now, original_due_at=now,
    )  # fmt: skip
    rows = [(gate.stage, code) for gate in template.gates for code in gate.matters]
    values = {
        "person": director.pk,
        "unit": director.organisation_id,
        "duty": duty.pk,
        "today": timezone.localdate(now),
        "stages": [gate.stage for gate in template.gates],
        "numbers": list(range(1, 7)),
        "afters": [json.dumps(list(gate.after)) for gate in template.gates],
    }
    with connection.cursor() as cursor:
        cursor.execute(GATES, values)
        matters = {
            "stages": [stage for stage, _code in rows],
            "codes": [code for _stage, code in rows],
            "hards": [template.matters[code].hard for _stage, code in rows],
            "places": list(range(len(rows))),
        }
        cursor.execute(STEPS, values | matters)
        cursor.execute("VACUUM ANALYZE")


def _run() -> dict[str, Any]:
    import django

    django.setup()
    from django.utils import timezone

    from lantu.lifecycle.gates.models import Gate, GateStep
    from lantu.lifecycle.gates.services.recompute import recompute_gates
    from lantu.projects.services.recompute_lamp import recompute_lamps

    now = timezone.now()
    _fill(now)
    found: dict[str, Any] = {"gates": Gate.objects.count(), "steps": GateStep.objects.count()}
    started = time.perf_counter()
    found["first_changed"] = recompute_gates(now=now).changed
    found["first_s"] = time.perf_counter() - started
    nights = []
    for day in range(1, ROUNDS + 1):
        started = time.perf_counter()
        found["night_changed"] = recompute_gates(now=now + timedelta(days=day)).changed
        nights.append(time.perf_counter() - started)
    found["night_s"] = sorted(nights)[ROUNDS // 2]
    started = time.perf_counter()
    found["lamps_changed"] = recompute_lamps(now=now)
    found["lamps_first_s"] = time.perf_counter() - started
    started = time.perf_counter()
    recompute_lamps(now=now)
    found["lamps_s"] = time.perf_counter() - started
    started = time.perf_counter()
    found["naive_gates"] = _gate_by_gate(now)
    found["naive_s"] = time.perf_counter() - started
    return found


def _gate_by_gate(now: Any) -> int:
    """What one would write first: each gate loaded, its documents and conditions counted, judged and saved."""
    from django.db import transaction
    from django.utils import timezone

    from lantu.calc.gate_lamps import GateFacts, gate_lamp
    from lantu.lifecycle.gates.book import book, work_calendar
    from lantu.lifecycle.gates.models import Gate

    today = timezone.localdate(now)
    seen = 0
    with transaction.atomic():
        for gate in Gate.objects.select_related("project", "plan").order_by("project_id", "number")[
            : SAMPLE * 6
        ]:
            missing = gate.steps.exclude(state__in=("confirmed", "waived"))
            gate.hard_missing, gate.soft_missing = (
                missing.filter(hard=True).count(),
                missing.filter(hard=False).count(),
            )
            waiting = gate.conditions.filter(state="open")
            facts = GateFacts(
                state=gate.state, due_on=gate.due_on, hard_missing=gate.hard_missing, conditions_open=waiting.count(),
                conditions_overdue=waiting.filter(due_on__lt=today).count(),
                without_permit=gate.stage == "construction" == gate.project.stage and gate.plan.permit_on is None,
            )  # fmt: skip
            lamp, reasons = gate_lamp(facts, today=today, calendar=work_calendar(), rules=book().lamp_rules)
            gate.lamp, gate.lamp_codes = str(lamp), [str(reason) for reason in reasons]
            gate.save()
            seen += 1
    return seen


def _table(found: dict[str, Any]) -> Table:
    gates, steps = found["gates"], found["steps"]
    naive = found["naive_gates"] / found["naive_s"]
    night = gates / found["night_s"]

    def row(name: str, seconds: float, rows: int, changed: Any) -> list[str]:
        return [name, number(seconds, 2), number(rows / seconds, 0), str(changed)]

    return Table(
        title="Gates and lamps of 20,000 projects in one job",
        columns=["what", "seconds", "gates (projects) per second", "changed"],
        rows=[
            row("gates, first run: every lamp new", found["first_s"], gates, f"{found['first_changed']:,}"),
            row(
                "gates, the next night (median of 3)", found["night_s"], gates, f"{found['night_changed']:,}"
            ),
            row("gate by gate through the ORM (sample)", found["naive_s"], found["naive_gates"], "—"),
            row(
                "lamps of the projects, first run",
                found["lamps_first_s"],
                PROJECTS,
                f"{found['lamps_changed']:,}",
            ),
            row("lamps of the projects, again", found["lamps_s"], PROJECTS, "0"),
        ],
        goals=[(f"the job is {night / naive:.0f} × as fast as gate by gate (≥ 10 ×)", night >= 10 * naive)],
        notes=[
            f"{gates:,} gates with {steps:,} documents, counted anew by the database in each run; a lamp that changes a project is an "
            "event in its chain, which is what the first run of the projects' lamps spends its time on."
        ],
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["run"]:
        print(json.dumps(_run()))
    else:
        for table in measure():
            print(table.markdown())
