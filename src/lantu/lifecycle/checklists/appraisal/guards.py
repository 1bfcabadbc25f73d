"""Which lines of a month look odd: the guards of calc.progress_guards and the photos' hashes over stored facts."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from PIL import Image

from lantu.calc.image_hash import dhash, distance, is_flat, phash
from lantu.calc.progress_guards import (
    Asked,
    above_payment,
    differs_from_source,
    fallen,
    last_day_spike,
    round_numbers,
)
from lantu.core.models import Evidence
from lantu.lifecycle.checklists.appraisal.models import AppraisalMonth, ChecklistFact, ChecklistPhoto
from lantu.lifecycle.checklists.months import closing, own_day, rules

TEXTS = {
    "last_day_spike": gettext_noop(
        "临近截止一次从 %(before)s%% 报到 100%%（增加 %(jump)s 个百分点）。请说明完成情况。"
    ),
    "above_payment": gettext_noop(
        "填报 %(reported)s%% 高于按支付推算的上限 %(bound)s%%（进度款应不低于已完成工程价款的 80%%）。请说明。"
    ),
    "round_numbers": gettext_noop(
        "近期填报 %(of)s 个数中有 %(hits)s 个是 5 的倍数，偶然出现的可能性很小。请说明测量方法。"
    ),
    "fallen": gettext_noop("累计完成由 %(before)s%% 降为 %(reported)s%%。请说明原因。"),
    "differs_from_source": gettext_noop("填报 %(reported)s%%，系统来源为 %(source)s%%。请说明差异。"),
    "photo_seen": gettext_noop("照片与 %(month)s %(code)s 的照片几乎相同（相差 %(bits)s 位）。请说明。"),
    "photo_findings": gettext_noop("照片核对发现：%(said)s。请说明。"),
}
HISTORY_MONTHS = 6
BITS = "%016x"


def words(guard: str, values: dict[str, Any]) -> str:
    """The question in the reader's language."""
    shown = {key: f"{value:g}" if isinstance(value, int | float) else value for key, value in values.items()}
    return gettext(TEXTS[guard]) % shown


def hash_photo(fact: ChecklistFact, evidence: Evidence) -> ChecklistPhoto:
    """Store the perceptual hashes of a photo, from its re-encoded picture."""
    with evidence.shown.open("rb") as file:
        picture = Image.open(io.BytesIO(file.read())).convert("L")
    grey = np.asarray(picture, dtype=np.float64)
    return ChecklistPhoto.objects.create(
        fact=fact, evidence=evidence, dhash=BITS % dhash(grey), phash=BITS % phash(grey), flat=is_flat(grey)
    )


def odd_lines(run: AppraisalMonth) -> Iterator[tuple[ChecklistFact, Asked]]:
    """Facts of the month with what a guard asks about them; at most one question of each guard."""
    facts = list(
        run.facts.filter(reported_at__isnull=False).select_related("item", "checklist__project", "reporter")
    )
    numbers = rules().guards
    closes = closing(own_day(run.month, rules().calendar.correct_by_day))
    for fact in facts:
        yield from ((fact, asked) for asked in _of_fact(fact, numbers, closes))
    yield from _round(run, facts, numbers)
    yield from _photos(run, facts, numbers)


def _of_fact(fact: ChecklistFact, numbers: Any, closes: Any) -> Iterator[Asked]:
    pct, before = float(fact.pct), float(fact.before_pct)
    assert fact.reported_at is not None
    left = (timezone.localtime(closes).date() - timezone.localtime(fact.reported_at).date()).days
    found = [
        last_day_spike(
            before_pct=before, reported_pct=pct, days_to_close=max(left, 0), least_jump=numbers["spike_jump"],
            last_days=int(numbers["spike_last_days"]),
        ),
        above_payment(
            reported_pct=pct, paid_yuan=float(fact.paid_yuan), budget_yuan=float(fact.item.budget_yuan),
            least_paid_share=numbers["least_paid_share"], tolerance_pct=numbers["payment_tolerance"],
        ) if fact.paid_yuan > 0 else None,
        fallen(before_pct=before, reported_pct=pct),
        differs_from_source(
            source_pct=float(fact.source_pct) if fact.source_pct is not None else None, reported_pct=pct,
            tolerance_pct=numbers["source_tolerance"],
        ) if fact.corrected else None,
    ]  # fmt: skip
    yield from (asked for asked in found if asked is not None)


def _round(
    run: AppraisalMonth, facts: Sequence[ChecklistFact], numbers: Any
) -> Iterator[tuple[ChecklistFact, Asked]]:
    """One question to a reporter whose own numbers of the last months are all round."""
    mine = [fact for fact in facts if fact.corrected]
    since = run.month - timedelta(days=31 * HISTORY_MONTHS)
    rows = ChecklistFact.objects.filter(
        reporter__in={fact.reporter_id for fact in mine}, corrected=True, run__month__range=(since, run.month)
    ).values_list("reporter_id", "pct")
    said: dict[int, list[float]] = {}
    for reporter, pct in rows:
        said.setdefault(reporter, []).append(float(pct))
    asked_of: set[int] = set()
    for fact in mine:
        if fact.reporter_id in asked_of:
            continue
        asked = round_numbers(
            said.get(fact.reporter_id, []),
            step=numbers["round_step"],
            least_count=int(numbers["round_least_count"]),
            significance=numbers["round_significance"],
        )
        if asked is not None:
            asked_of.add(fact.reporter_id)
            yield fact, asked


def _photos(
    run: AppraisalMonth, facts: Sequence[ChecklistFact], numbers: Any
) -> Iterator[tuple[ChecklistFact, Asked]]:
    """Photos that were shown before, and photos whose camera says another time or place."""
    mine = ChecklistPhoto.objects.filter(fact__in=facts).select_related("fact", "evidence")
    known = list(
        ChecklistPhoto.objects.filter(flat=False, fact__run__month__lte=run.month)
        .select_related("fact__run")
        .order_by("pk")
    )
    by_pk = {fact.pk: fact for fact in facts}
    for photo in mine:
        said = [finding["detail"] for finding in photo.evidence.findings]
        if said:
            yield by_pk[photo.fact_id], Asked("photo_findings", {"said": "；".join(said)[:200]})  # type: ignore[dict-item]
        for other in known:
            if photo.flat or other.pk >= photo.pk or other.fact_id == photo.fact_id:
                continue
            bits = max(
                distance(int(photo.phash, 16), int(other.phash, 16)),
                distance(int(photo.dhash, 16), int(other.dhash, 16)),
            )
            if bits <= numbers["photo_distance"]:
                values: Any = {"month": str(other.fact.run), "code": other.fact.code, "bits": bits}
                yield by_pk[photo.fact_id], Asked("photo_seen", values)
                break
