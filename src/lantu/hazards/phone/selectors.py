"""Reads of late submissions, and what somebody on site will need without network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _

from lantu.accounts.permissions import may
from lantu.core.models import Evidence
from lantu.core.refusals import Missing
from lantu.hazards.inspections.states import InspectionState
from lantu.hazards.models import Hazard, Inspection, KeptSubmission, LookBack, PatrolRound
from lantu.hazards.phone.rights import label_of
from lantu.hazards.phone.services.keep import KEPT
from lantu.hazards.risk_points.states import RoundState
from lantu.hazards.selectors import evidence_of, found_photos, hazards_at_hand, reply_views, visible_hazards
from lantu.hazards.states import HazardState

MOST_READY, MOST_WALKS, MOST_STOPS, MOST_SHEETS = 40, 5, 30, 3


@dataclass(frozen=True, kw_only=True)
class KeptView:
    """A late submission with its photos. ``may_decide``: the reader may say what it is worth."""

    kept: KeptSubmission
    label: Any
    text: str
    why: str
    seen_label: Any
    met_label: Any
    files: list[Evidence]
    may_decide: bool


def kept_views(hazard: Hazard, reader: Any) -> list[KeptView]:
    """All late submissions of a hazard, oldest first; those that wait for a decision among them."""
    rows = list(
        KeptSubmission.objects.filter(hazard=hazard).select_related(
            "by__organisation", "unit", "decided_by", "duty__holder"
        )
    )
    files = evidence_of(KEPT, [row.pk for row in rows])
    decides = may(reader, "hazards.decide_kept", hazard.project)
    return [
        KeptView(
            kept=row,
            label=label_of(row.verb),
            text="\n".join(str(value) for value in row.values.values() if value),
            why=_why(row),
            seen_label=_state_words(row.seen_state),
            met_label=_state_words(row.met_state),
            files=files[row.pk],
            may_decide=decides and row.is_pending and row.by.organisation_id != reader.organisation_id,
        )
        for row in rows
    ]


def _why(row: KeptSubmission) -> str:
    """Why it was not carried out, in the reader's language where only the state had moved on."""
    if row.seen_state in ("", row.met_state):
        return row.why
    return _("填写之后隐患已变为“%(state)s”。") % {"state": _state_words(row.met_state)}


def _state_words(state: str) -> Any:
    return HazardState(state).label if state in HazardState.values else ""


def get_visible_kept(reader: Any, hazard_pk: int, pk: int) -> KeptSubmission:
    """One late submission of a hazard that this reader may see. Raises Missing."""
    found = KeptSubmission.objects.filter(
        pk=pk, hazard_id=hazard_pk, hazard__in=visible_hazards(reader)
    ).first()
    if found is None:
        raise Missing("hazards.no_kept", _("没有找到这份离线提交，或您无权查看。"))
    return found


def pages_on_site(reader: Any, now: datetime) -> list[str]:
    """The phone pages of the reader's open hazards, nearest deadline first, with the photos of before."""
    if not may(reader, "hazards.read"):
        return []
    wanted = [reverse("hazards:phone"), static("hazards/hazards.css")]
    for hazard in hazards_at_hand(reader)[:MOST_READY]:
        wanted.append(reverse("hazards:phone_hazard", args=[hazard.pk]))
        if hazard.duty is not None and hazard.duty.holder_id == reader.pk:
            for photo in found_photos(hazard)[:3]:
                wanted += [photo.get_absolute_url(), photo.thumbnail_url] if photo.thumbnail else []
    if may(reader, "hazards.report"):
        wanted.append(reverse("hazards:report"))
    return wanted


def look_backs_on_site(reader: Any, now: datetime) -> list[str]:
    """The pages of the look-backs that lie with this reader, with the photo that shows how it was left."""
    wanted = []
    owed = (
        LookBack.objects.filter(done_at=None, duty__holder=reader).select_related("hazard").order_by("due_at")
    )
    for row in owed[:MOST_WALKS]:
        wanted.append(reverse("hazards:look_back", args=[row.pk]))
        for view in reply_views(row.hazard)[-1:]:
            wanted += [photo.get_absolute_url() for photo in view.files[:1] if photo.thumbnail]
    return wanted


def rounds_on_site(reader: Any, now: datetime) -> list[str]:
    """The pages of the patrols that this reader owes: the route, and each point with and without its QR code."""
    if not may(reader, "risk_points.read"):
        return []
    wanted = []
    owed = PatrolRound.objects.filter(patroller=reader, state=RoundState.OPEN).order_by("due_at")
    for walk in owed[:MOST_WALKS]:
        wanted.append(reverse("hazards:patrol_round", args=[walk.pk]))
        for stop in walk.plan.stops.select_related("point")[:MOST_STOPS]:
            wanted.append(reverse("hazards:risk_check", args=[stop.point_id]))
            wanted.append(reverse("hazards:risk_scan", args=[stop.point.token]))
    return wanted


def sheets_on_site(reader: Any, now: datetime) -> list[str]:
    """The pages of the inspections that this reader has in hand, table by table."""
    if not may(reader, "inspections.read"):
        return []
    wanted = []
    for sheet in Inspection.objects.filter(inspector=reader, state=InspectionState.IN_PROGRESS)[:MOST_SHEETS]:
        wanted.append(reverse("hazards:inspection", args=[sheet.pk]))
        tables = sheet.entries.order_by("table").values_list("table", flat=True).distinct()
        wanted += [reverse("hazards:inspection_table", args=[sheet.pk, table]) for table in tables]
    return wanted
