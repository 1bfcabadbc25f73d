"""One small city in which every door has something behind it: the sample objects of the access table."""

from __future__ import annotations

import io
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django.core.files.base import ContentFile
from openpyxl import Workbook
from PIL import Image

from lantu.accounts.models import Grant, GrantRequest, User
from lantu.accounts.services.grants import propose_grant
from lantu.core.services.keep_evidence import keep_evidence
from lantu.duties.models import Duty
from lantu.duties.services.clock_stop import approve_stop, ask_stop
from lantu.duties.services.extension import ask_extension
from lantu.duties.services.open import open_duty
from lantu.hazards.inspections.services import draw_inspections, plan_inspection, start_inspection
from lantu.hazards.risk_points.models import PatrolRound
from lantu.hazards.risk_points.services import open_due_rounds, plan_patrol
from lantu.hazards.risk_points.states import PointState
from lantu.hazards.risk_points.tests.stories import point_at
from lantu.hazards.services import report_hazard
from lantu.hazards.states import HazardState
from lantu.hazards.tests.site import dust_monitor, hazard_at, raise_dust_alert
from lantu.monitoring.telemetry.models import Quarantine
from lantu.monitoring.vehicles.services.store_reports import store_reports
from lantu.monitoring.vehicles.tests.ground import drive, lay_ground, truck
from lantu.projects.models import ImportRun
from tests.architecture.world_desk import desk_samples
from tests.architecture.worlds_annual_plan import annual_plan_samples
from tests.architecture.worlds_checklists import checklist_samples
from tests.architecture.worlds_exchange import exchange_samples
from tests.architecture.worlds_gates import gate_samples
from tests.architecture.worlds_programmes import programme_samples
from tests.architecture.worlds_schedule import schedule_samples
from tests.cast import NOW

FAR = timedelta(days=3650)


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (200, 90, 30)).save(out, "JPEG")
    return out.getvalue()


def spreadsheet() -> ContentFile[bytes]:
    out = io.BytesIO()
    Workbook().save(out)
    return ContentFile(out.getvalue(), name="projects.xlsx")


def _duty(cast: SimpleNamespace, site: Any, number: int) -> Duty:
    return open_duty(
        subject_type="tests.thing",
        subject_id=number,
        step="do",
        title="提交整改回复",
        action_label="去整改",
        action_url="/work/",
        holder=cast.contractor,
        severity=2,
        due_at=NOW + FAR,
        now=NOW,
        actor=cast.supervisor,
        project=site,
    )


def _speeding_truck(cast: SimpleNamespace, site: Any) -> tuple[Any, Any]:
    """A truck of the site and what was found on it."""
    _dump, route = lay_ground(cast, site)
    vehicle = truck(cast, site, route)
    (finding,) = store_reports(drive(vehicle, NOW, kmh=70, to=1500), now=NOW).findings
    return vehicle, finding


def due_look_back(cast: SimpleNamespace, site: Any) -> Any:
    """A closed hazard that somebody is to look at again."""
    from lantu.hazards.services import open_look_back

    closed = hazard_at(HazardState.CLOSED, cast, site)
    open_look_back(closed, window_days=30, mandatory=True, now=NOW)
    return closed.look_backs.get()


def late_submission(hazard: Any, cast: Any) -> Any:
    """An acceptance that a phone sent after the order had gone another way."""
    from lantu.hazards.phone.services.keep import keep_submission

    return keep_submission(
        hazard,
        verb="accept_order",
        values={},
        files=[],
        by=cast.contractor,
        key="world-0001",
        seen="",
        why="已改派",
        agreed=False,
        captured_at=None,
        now=NOW,
    )


def _double_prevention(cast: SimpleNamespace, site: Any) -> dict[str, Any]:
    """A risk point that waits for its review, a patrol that is owed, a sheet being filled in, a draw."""
    point = point_at(PointState.SUBMITTED, cast, site)
    plan_patrol(
        project=site,
        name="日巡",
        period_days=1,
        patroller=cast.contractor,
        points=[point],
        by=cast.contractor,
        now=NOW,
    )
    open_due_rounds(now=NOW)
    people = {"inspector": cast.inspector, "second": cast.officer, "planned_on": NOW.date(), "now": NOW}
    planned = plan_inspection(project=site, kind="safety", tables=["B.13"], by=cast.inspector, **people)
    draw = draw_inspections(
        kind="environment", tables=[], projects=[site], inspectors=[cast.inspector, cast.officer], count=1,
        planned_on=NOW.date(), by=cast.officer, now=NOW,
    )  # fmt: skip
    return {
        "risk_point": point,
        "patrol_round": PatrolRound.objects.get(),
        "inspection": start_inspection(planned, by=cast.inspector, now=NOW),
        "draw": draw,
    }


def build_world(cast: SimpleNamespace, site: Any) -> SimpleNamespace:
    """Everything belongs to ``site``, whose parties are the cast; nothing of it concerns the outsider."""
    newcomer = User.objects.create_user(
        username="newcomer", display_name="新人", organisation=cast.officer.organisation
    )
    request = propose_grant(
        user=newcomer, role="officer", reach="city", why="岗位需要", now=NOW, actor=cast.sysadmin
    )
    monitor = dust_monitor(site)
    vehicle, vehicle_finding = _speeding_truck(cast, site)
    duty, asked, stopped = (_duty(cast, site, number) for number in (1, 2, 3))
    for one in (asked, stopped):
        ask_stop(
            one, code="stop_order", note="停工令", expected_until=NOW + FAR, now=NOW, actor=cast.contractor
        )
    approve_stop(stopped, now=NOW, actor=cast.officer)
    ask_extension(asked, wanted_due_at=NOW + 2 * FAR, reason="雨季", now=NOW, actor=cast.contractor)
    evidence = keep_evidence(
        file=photo(),
        name="现场.jpg",
        project_id=site.pk,
        uploaded_by=cast.contractor,
        supports_type="tests.thing",
        supports_id=1,
        now=NOW,
    )
    quarantined = Quarantine.objects.create(
        source=Quarantine.Source.HTTP,
        subject="http",
        device_guess=monitor.code,
        device_id=monitor.pk,
        reason="range",
        detail="超出量程",
        raw=b"{}",
        received_at=NOW,
    )
    run = ImportRun.objects.create(
        file=spreadsheet(), file_name="projects.xlsx", started_by=cast.officer, started_at=NOW
    )
    alert = raise_dust_alert(site)
    hazard = hazard_at(HazardState.ORDERED, cast, site)
    return SimpleNamespace(
        **desk_samples(cast, site, alert, evidence),
        **_double_prevention(cast, site),
        **exchange_samples(cast, site),
        **gate_samples(cast, site),
        **checklist_samples(cast, site),
        **schedule_samples(cast, site),
        **annual_plan_samples(cast, site),
        **programme_samples(cast, site),
        site=site,
        person=newcomer,
        organisation=cast.contractor.organisation,
        grant=Grant.objects.filter(user=cast.clerk).get(),
        request=GrantRequest.objects.get(pk=request.pk),
        duty=duty,
        asked=asked,
        stopped=stopped,
        evidence=evidence,
        device=monitor,
        channel=monitor.channels.get(),
        alert=alert,
        quarantined=quarantined,
        vehicle=vehicle,
        vehicle_finding=vehicle_finding,
        found=report_hazard(project=site, title="通道堆物", grade=2, by=cast.inspector, now=NOW),
        hazard=hazard,
        kept=late_submission(hazard, cast),
        look_back=due_look_back(cast, site),
        run=run,
    )
