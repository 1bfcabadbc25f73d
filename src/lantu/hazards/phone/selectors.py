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
from lantu.hazards.models import Hazard, KeptSubmission
from lantu.hazards.phone.rights import label_of
from lantu.hazards.phone.services.keep import KEPT
from lantu.hazards.selectors import evidence_of, found_photos, hazards_at_hand, visible_hazards
from lantu.hazards.states import HazardState

MOST_READY = 40


@dataclass(frozen=True, kw_only=True)
class KeptView:
    """A late submission with its photos. ``may_decide``: the reader may say what it is worth."""

    kept: KeptSubmission
    label: Any
    text: str
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
            seen_label=_state_words(row.seen_state),
            met_label=_state_words(row.met_state),
            files=files[row.pk],
            may_decide=decides and row.is_pending and row.by.organisation_id != reader.organisation_id,
        )
        for row in rows
    ]


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
