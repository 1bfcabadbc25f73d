"""Fill in the sheet, table by table, with photos and pins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.models import Evidence
from lantu.core.services.emit import emit
from lantu.core.services.keep_evidence import keep_evidence
from lantu.hazards.inspections.events import TableFilled
from lantu.hazards.inspections.models import Entry, Inspection
from lantu.hazards.inspections.selectors import ENTRY
from lantu.hazards.inspections.services import passing
from lantu.hazards.inspections.states import InspectionKind, Verb
from lantu.hazards.services.passing import clean_text
from lantu.hazards.services.record_hazard import check_pin
from lantu.hazards.states import Grade

MOST_FILES = 9
MOST_POINTS = 999


@transaction.atomic
def fill_table(
    inspection: Inspection,
    *,
    table: str,
    rows: Mapping[str, Mapping[str, Any]],
    by: User,
    now: datetime,
    version: int | None = None,
) -> list[Entry]:
    """Write down items of one table. ``rows``: item code → ``applies``, ``deducted`` (safety), ``points``,
    ``conforming``, ``grave`` (quality and environment), ``finding``, ``grade`` (1–4: becomes a hazard when the sheet is
    finished), ``remedied`` (put right on the spot), ``place``, ``pin``. Items not named stay as they are. Raises Refused
    for unknown items, deductions beyond the points, and deductions without a finding.
    """
    require(by, "inspections.fill", inspection.project)
    inspection = passing.lock(inspection, version=version)
    passing.must_hold(inspection, by, inspection.inspector)
    before, after = passing.advance(inspection, Verb.FILL)
    entries = {entry.item: entry for entry in inspection.entries.filter(table=table)}
    if not entries or set(rows) - set(entries):
        raise passing.unfit("table", _("没有这张检查表或这个检查项。"), _("请刷新页面。"))
    changed = []
    for code, values in rows.items():
        entry = entries[code]
        _put(entry, values, inspection.kind)
        entry.checked_at = now
        changed.append(entry)
    Entry.objects.bulk_update(
        changed,
        ["applies", "deducted", "points", "conforming", "grave", "finding", "grade", "remedied", "place", "pin",
         "checked_at"],
    )  # fmt: skip
    passing.save(inspection)
    emit(
        TableFilled(
            project_id=inspection.project_id, subject_id=inspection.pk, before=before, after=after, table=table,
            items=len(changed), findings=sum(bool(entry.finding) for entry in changed),
        ),
        actor=by,
        at=now,
    )  # fmt: skip
    return changed


def _put(entry: Entry, values: Mapping[str, Any], kind: str) -> None:
    entry.applies = bool(values.get("applies", True))
    entry.finding = clean_text(str(values.get("finding") or ""), most=300)
    entry.place = clean_text(str(values.get("place") or ""), most=120)
    entry.remedied = bool(values.get("remedied", False))
    entry.grade = values.get("grade") or None
    if "pin" in values:
        entry.pin = check_pin(values["pin"] or {})
    if entry.grade is not None and entry.grade not in Grade.values:
        raise passing.unfit(_field(entry, "grade"), _("隐患等级是 1（蓝）到 4（红）。"))
    if not entry.applies:
        entry.deducted, entry.points, entry.conforming, entry.grave = 0, 0, 0, False
        return
    if kind == InspectionKind.SAFETY:
        _score(entry, values)
    else:
        _count(entry, values)
    faulty = entry.deducted > 0 or entry.conforming < entry.points or entry.grave or entry.grade is not None
    if faulty and len(entry.finding) < 2:
        raise passing.unfit(
            _field(entry, "finding"),
            _("“%(name)s”有扣分或不合格，请写明问题。") % {"name": entry.name},
            _("一句话即可，例如“北侧临边防护缺 6 m”。"),
        )


def _score(entry: Entry, values: Mapping[str, Any]) -> None:
    deducted = float(values.get("deducted") or 0)
    if not 0 <= deducted <= entry.full:
        raise passing.unfit(
            _field(entry, "deducted"),
            _("“%(name)s”最多扣 %(full)g 分。") % {"name": entry.name, "full": entry.full},
            _("扣分不超过该项应得分。"),
        )
    entry.deducted = deducted


def _count(entry: Entry, values: Mapping[str, Any]) -> None:
    points, conforming = int(values.get("points") or 0), int(values.get("conforming") or 0)
    if not 0 <= conforming <= points <= MOST_POINTS:
        raise passing.unfit(
            _field(entry, "conforming"),
            _("“%(name)s”的合格点数不能多于抽检点数。") % {"name": entry.name},
            _("请核对两个数字。"),
        )
    if points == 0:
        raise passing.unfit(
            _field(entry, "points"),
            _("“%(name)s”没有填抽检点数。") % {"name": entry.name},
            _("不涉及的请选“不适用”。"),
        )
    entry.points, entry.conforming = points, conforming
    entry.grave = bool(values.get("grave", False))


def _field(entry: Entry, name: str) -> str:
    return f"{name}_{entry.item}"


@transaction.atomic
def add_photos(
    inspection: Inspection, entry: Entry, *, files: Sequence[Any], by: User, now: datetime
) -> list[Evidence]:
    """Keep photos of one item while the sheet is being filled in. ``files``: uploads or (name, bytes) pairs."""
    require(by, "inspections.fill", inspection.project)
    inspection = passing.lock(inspection)
    passing.must_hold(inspection, by, inspection.inspector)
    passing.advance(inspection, Verb.FILL)
    have = Evidence.objects.filter(supports_type=ENTRY, supports_id=entry.pk, voided_at=None).count()
    if have + len(files) > MOST_FILES:
        raise passing.unfit("photos", _("每个检查项最多 %(n)d 张照片。") % {"n": MOST_FILES})
    kept = []
    for item in files:
        name, content = item if isinstance(item, tuple) else (item.name, item)
        kept.append(
            keep_evidence(
                file=content,
                name=str(name),
                project_id=inspection.project_id,
                uploaded_by=by,
                supports_type=ENTRY,
                supports_id=entry.pk,
                now=now,
                site_lon=inspection.project.lon,
                site_lat=inspection.project.lat,
            )
        )
    return kept


@transaction.atomic
def pin_photo(
    inspection: Inspection, entry: Entry, evidence: Evidence, *, x: float, y: float, by: User, now: datetime
) -> Entry:
    """Mark the place of a finding on its photo: ``x``, ``y`` as shares (0 to 1) from the upper left."""
    require(by, "inspections.fill", inspection.project)
    inspection = passing.lock(inspection)
    passing.must_hold(inspection, by, inspection.inspector)
    before, after = passing.advance(inspection, Verb.FILL)
    if (evidence.supports_type, evidence.supports_id) != (ENTRY, entry.pk):
        raise passing.unfit("pin", _("这张照片不属于这个检查项。"))
    entry.pin = check_pin({"drawing": _("照片 %(id)d") % {"id": evidence.pk}, "x": x, "y": y})
    entry.save(update_fields=["pin"])
    emit(
        TableFilled(
            project_id=inspection.project_id, subject_id=inspection.pk, before=before, after=after,
            table=entry.table, items=1, findings=1,
        ),
        actor=by,
        at=now,
    )  # fmt: skip
    return entry
