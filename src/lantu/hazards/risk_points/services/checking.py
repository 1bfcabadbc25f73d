"""Check one point on site: all right, or a finding that becomes a hazard."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.core.services.keep_evidence import keep_evidence
from lantu.hazards.risk_points.events import PointChecked, RoundFinished
from lantu.hazards.risk_points.judging import kind_of
from lantu.hazards.risk_points.models import PatrolCheck, PatrolRound, RiskPoint
from lantu.hazards.risk_points.services.passing import in_china, lock_round, unfit
from lantu.hazards.risk_points.services.patrols import end_round
from lantu.hazards.risk_points.states import MAPPED_STATES, OPEN_STATES, RoundState
from lantu.hazards.services.passing import clean_text
from lantu.hazards.services.record_hazard import record_hazard
from lantu.hazards.states import Source

MOST_FILES = 9
PRESSED_TWICE = timedelta(minutes=2)


@transaction.atomic
def check_point(
    point: RiskPoint,
    *,
    by: User,
    now: datetime,
    failed_controls: Sequence[int] = (),
    note: str = "",
    grade: int | None = None,
    scanned: bool = False,
    lon: float | None = None,
    lat: float | None = None,
    files: Sequence[Any] = (),
) -> PatrolCheck:
    """Write down what was found. ``failed_controls``: numbers (from 1) of the controls that are not in place; with
    one of them, or with ``grade``, it is a finding: it becomes a hazard with the photos and needs at least one photo
    and a sentence. Counts for the open round of the person's own unit that still lacks this point. The same check
    sent again within two minutes is the same check, unless another open round still lacks the point: then it fills
    that round, and the same finding stays one hazard.
    """
    require(by, "risk_points.patrol", point.project)
    point = RiskPoint.objects.select_for_update(of=("self",)).select_related("project").get(pk=point.pk)
    if point.state not in MAPPED_STATES:
        raise Refused(
            "risk_points.not_in_control",
            _("这个风险点当前为“%(state)s”，不需要巡查。") % {"state": point.get_state_display()},
        )
    failed = sorted({int(number) for number in failed_controls})
    if failed and not (failed[0] >= 1 and failed[-1] <= len(point.controls)):
        raise unfit("failed_controls", _("没有这一条管控措施。"), _("请刷新页面后重新勾选。"))
    finding = bool(failed) or grade is not None
    text = clean_text(note, most=500)
    if finding and (len(text) < 4 or not files):
        raise unfit("note", _("发现问题要写明情况并拍照。"), _("一句话说明，至少一张照片。"))
    _check_with(files, lon, lat)
    again = _just_now(point, by, now=now, failed=failed, note=text, all_right=not finding)
    round_ = _round_for(point, by)
    if again is not None and round_ is None:
        return again
    check = PatrolCheck(
        round=round_, point=point, by=by, at=now, scanned=scanned, all_right=not finding,
        failed_controls=failed, note=text, hazard=again.hazard if again else None,
    )  # fmt: skip
    if finding and check.hazard is None:
        check.hazard = _hazard(point, check, grade=grade, by=by, now=now, lon=lon, lat=lat, files=files)
    check.save(force_insert=True)
    if not finding:
        _keep(files, check, by=by, now=now, lon=lon, lat=lat)
    emit(
        PointChecked(
            project_id=point.project_id, subject_id=point.pk, check_id=check.pk,
            round_id=round_.pk if round_ else None, all_right=check.all_right, scanned=scanned,
            hazard_id=check.hazard_id,
        ),
        actor=by,
        at=now,
        reason=text[:300],
    )  # fmt: skip
    if round_ is not None:
        finish_round(round_, by=by, now=now)
    return check


def _check_with(files: Sequence[Any], lon: float | None, lat: float | None) -> None:
    """Raises Unacceptable for too many files or for a place that cannot be."""
    if len(files) > MOST_FILES:
        raise unfit("photos", _("一次最多上传 %(n)d 个文件。") % {"n": MOST_FILES})
    if (lon is None) != (lat is None) or (lon is not None and lat is not None and not in_china(lon, lat)):
        raise unfit("lon", _("经纬度不完整或不在中国境内。"), _("请同时填写经度和纬度，或都不填。"))


def _just_now(
    point: RiskPoint, by: User, *, now: datetime, failed: list[int], note: str, all_right: bool
) -> PatrolCheck | None:
    """The same words by the same person moments ago: a button pressed twice, a sheet scanned twice."""
    return point.checks.filter(
        by=by, at__gt=now - PRESSED_TWICE, at__lte=now, all_right=all_right, failed_controls=failed, note=note
    ).first()


def _round_for(point: RiskPoint, by: User) -> PatrolRound | None:
    if by.organisation_id is None:
        return None
    rounds = PatrolRound.objects.filter(
        state=RoundState.OPEN, plan__stops__point=point, patroller__organisation_id=by.organisation_id
    )
    found = rounds.exclude(checks__point=point).order_by("due_at").first()
    return None if found is None else lock_round(found)


def _hazard(
    point: RiskPoint,
    check: PatrolCheck,
    *,
    grade: int | None,
    by: User,
    now: datetime,
    lon: float | None,
    lat: float | None,
    files: Sequence[Any],
) -> Any:
    failed = [point.controls[number - 1] for number in check.failed_controls]
    what = failed[0] if failed else check.note
    description = "\n".join([check.note, *(_("未落实：%(text)s") % {"text": text} for text in failed)])
    here = lon is not None and lat is not None
    return record_hazard(
        project=point.project,
        title=f"{point.place} {what}"[:160],
        # A control that is not in place is as grave as yellow, and never graver than the risk that it should hold.
        grade=grade if grade is not None else min(2, point.grade),
        by=by,
        now=now,
        source=Source.PATROL,
        description=description,
        found_at_place=point.place,
        clause=point.clause,
        measures="\n".join(failed),
        sub_type=kind_of(point.kind).name[:60],
        checked_by=str(by),
        lon=lon if here else point.lon,
        lat=lat if here else point.lat,
        pin=point.pin,
        files=files,
    )


def _keep(
    files: Sequence[Any],
    check: PatrolCheck,
    *,
    by: User,
    now: datetime,
    lon: float | None,
    lat: float | None,
) -> None:
    for entry in files:
        name, content = entry if isinstance(entry, tuple) else (entry.name, entry)
        keep_evidence(
            file=content,
            name=str(name),
            project_id=check.point.project_id,
            uploaded_by=by,
            supports_type="hazards.patrolcheck",
            supports_id=check.pk,
            now=now,
            claimed_lon=lon,
            claimed_lat=lat,
            site_lon=check.point.lon,
            site_lat=check.point.lat,
        )


def finish_round(round_: PatrolRound, *, by: User, now: datetime) -> bool:
    """End the locked round once every open point of its route was checked; returns whether it is done."""
    owed = set(round_.plan.stops.filter(point__state__in=OPEN_STATES).values_list("point_id", flat=True))
    done = set(round_.checks.values_list("point_id", flat=True))
    if owed - done:
        return False
    end_round(round_, state=RoundState.DONE, now=now, by=by)
    emit(
        RoundFinished(
            project_id=round_.project_id, subject_id=round_.pk, plan_id=round_.plan_id,
            on_time=now <= round_.due_at and round_.missed_periods == 0,
            findings=round_.checks.filter(all_right=False).count(),
        ),
        actor=by,
        at=now,
    )  # fmt: skip
    return True
