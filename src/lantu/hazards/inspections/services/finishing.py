"""Finish the sheet: score, freeze, open the hazards; then a second person signs or sends it back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.models import Evidence
from lantu.core.refusals import Refused
from lantu.core.services.emit import emit
from lantu.duties.services.close import close_duty
from lantu.hazards.inspections.events import InspectionFinished, InspectionSentBack, InspectionSigned
from lantu.hazards.inspections.models import Entry, Inspection
from lantu.hazards.inspections.scoring import fingerprint, frozen_sheet, score
from lantu.hazards.inspections.selectors import ENTRY, photos_of
from lantu.hazards.inspections.services import passing
from lantu.hazards.inspections.states import InspectionKind, Verb
from lantu.hazards.inspections.templates_of import tables_of
from lantu.hazards.models import Hazard
from lantu.hazards.services.passing import SUBJECT as HAZARD
from lantu.hazards.services.passing import clean_text, reason_of
from lantu.hazards.services.record_hazard import record_hazard
from lantu.hazards.states import Field, Source

FIELDS = {
    InspectionKind.SAFETY: Field.SAFETY,
    InspectionKind.QUALITY: Field.QUALITY,
    InspectionKind.ENVIRONMENT: Field.ENVIRONMENT,
}
NAMED_AT_MOST = 5


@transaction.atomic
def finish_inspection(
    inspection: Inspection, *, by: User, now: datetime, version: int | None = None
) -> Inspection:
    """Compute the score and freeze the sheet. Findings that were graded and not put right on the spot become hazards,
    with their photos and pin. Raises Refused while an item is unchecked, or a finding to be a hazard has neither photo
    nor pin.
    """
    require(by, "inspections.fill", inspection.project)
    inspection = passing.lock(inspection, version=version)
    passing.must_hold(inspection, by, inspection.inspector)
    before, after = passing.advance(inspection, Verb.FINISH)
    entries = list(inspection.entries.all())
    _must_be_complete(entries)
    hazards = _open_hazards(inspection, entries, by=by, now=now)
    found = score(inspection, entries)
    if found.total is None:
        raise Refused(
            "inspections.nothing_applies",
            _("所有检查项都是“不适用”，没有可评定的内容。"),
            remedy=_("确实不需要检查的，请取消这次检查。"),
        )
    inspection.total, inspection.result = found.total, found.result
    inspection.sheet, inspection.sheet_hash = frozen_sheet(inspection, entries, found)
    inspection.finished_at = now
    inspection.return_reason = ""
    passing.hand_on(inspection, now=now, actor=by, outcome=gettext_noop("检查完成"))
    emit(
        InspectionFinished(
            project_id=inspection.project_id, subject_id=inspection.pk, before=before, after=after,
            total=inspection.total, result=inspection.result, sheet_hash=inspection.sheet_hash,
            hazard_ids=[hazard.pk for hazard in hazards],
        ),
        actor=by,
        at=now,
    )  # fmt: skip
    return inspection


def _must_be_complete(entries: list[Entry]) -> None:
    left = [entry.name for entry in entries if entry.checked_at is None]
    if left:
        names = "、".join(left[:NAMED_AT_MOST])
        raise Refused(
            "inspections.incomplete",
            _("还有 %(n)d 项没有检查：%(names)s。") % {"n": len(left), "names": names},
            remedy=_("不涉及的请选“不适用”。"),
            status=422,
        )
    photos = photos_of([entry for entry in entries if _to_be_hazard(entry)])
    bare = [
        entry.name for entry in entries if _to_be_hazard(entry) and not photos[entry.pk] and not entry.pin
    ]
    if bare:
        raise Refused(
            "inspections.no_proof",
            _("转为隐患的问题要有照片或图纸定位：%(names)s。") % {"names": "、".join(bare[:NAMED_AT_MOST])},
            remedy=_("请补拍照片，或在图上点出位置。"),
            status=422,
        )


def _to_be_hazard(entry: Entry) -> bool:
    return entry.grade is not None and not entry.remedied and entry.applies


def _open_hazards(inspection: Inspection, entries: list[Entry], *, by: User, now: datetime) -> list[Hazard]:
    """One hazard per finding; a sheet that was sent back and finished again finds the ones it opened before."""
    tables = tables_of(inspection.kind)
    graded = [entry for entry in entries if _to_be_hazard(entry)]
    photos = photos_of(graded)
    hazards = []
    for entry in graded:
        table = tables[entry.table]
        assert entry.grade is not None
        known = entry.hazard_id is not None
        hazard = record_hazard(
            project=inspection.project,
            title=f"{entry.place or inspection.place} {entry.finding}".strip()[:160].ljust(4, "。"),
            grade=entry.grade,
            by=by,
            now=now,
            source=Source.INSPECTION,
            description=f"{inspection.title}：{entry.name}。{entry.finding}",
            found_at_place=entry.place or inspection.place,
            clause=f"{table.basis} {table.name} {entry.name}"[:400],
            field=FIELDS[InspectionKind(inspection.kind)],
            sub_type=table.name[:60],
            checked_by=f"{inspection.inspector}、{inspection.second}",
            pin=entry.pin,
            source_ref=f"{ENTRY}:{entry.pk}",
        )
        if not known:
            _share(photos[entry.pk], hazard)
            entry.hazard = hazard
            entry.save(update_fields=["hazard"])
            hazards.append(hazard)
    return hazards


def _share(photos: list[Evidence], hazard: Hazard) -> None:
    """The same photo supports item and hazard: a second row about the same file, not the file once more."""
    for evidence in photos:
        evidence.pk = None
        evidence.supports_type, evidence.supports_id = HAZARD, hazard.pk
        evidence.save(force_insert=True)


@transaction.atomic
def sign_inspection(
    inspection: Inspection, *, by: User, now: datetime, note: str = "", version: int | None = None
) -> Inspection:
    """The second person vouches for the frozen sheet. Raises Refused when it is no longer what was frozen."""
    require(by, "inspections.sign", inspection.project)
    inspection = passing.lock(inspection, version=version)
    passing.must_hold(inspection, by, inspection.second)
    _must_not_be_inspector(inspection, by)
    before, after = passing.advance(inspection, Verb.SIGN)
    if fingerprint(inspection.sheet) != inspection.sheet_hash:
        raise Refused(
            "inspections.sheet_altered",
            _("检查表与冻结时不一致，不能签字。"),
            remedy=_("请联系系统管理员核查。"),
        )
    inspection.closed_at = now
    passing.save(inspection)
    if inspection.duty is not None:
        inspection.duty = close_duty(inspection.duty, now=now, actor=by, outcome=gettext_noop("已签字"))
    emit(
        InspectionSigned(
            project_id=inspection.project_id, subject_id=inspection.pk, before=before, after=after,
            sheet_hash=inspection.sheet_hash,
        ),
        actor=by,
        at=now,
        reason=clean_text(note, most=300),
    )  # fmt: skip
    return inspection


def _must_not_be_inspector(inspection: Inspection, by: User) -> None:
    if by.pk == inspection.inspector_id:
        raise Refused(
            "inspections.same_person",
            _("检查人不能复核自己的检查表。"),
            remedy=_("请由另一人复核签字。"),
        )


@transaction.atomic
def send_back_inspection(
    inspection: Inspection, *, by: User, now: datetime, reason: str, version: int | None = None
) -> Inspection:
    """Do not sign: the sheet thaws and goes back. The hash of what was refused stays in the event."""
    require(by, "inspections.sign", inspection.project)
    inspection = passing.lock(inspection, version=version)
    passing.must_hold(inspection, by, inspection.second)
    _must_not_be_inspector(inspection, by)
    why = reason_of(reason)
    before, after = passing.advance(inspection, Verb.SEND_BACK)
    refused_hash = inspection.sheet_hash
    inspection.finished_at = inspection.total = None
    inspection.result, inspection.sheet, inspection.sheet_hash = "", {}, ""
    inspection.return_reason = why
    passing.hand_on(inspection, now=now, actor=by, outcome=gettext_noop("复核退回"))
    emit(
        InspectionSentBack(
            project_id=inspection.project_id, subject_id=inspection.pk, before=before, after=after,
            sheet_hash=refused_hash,
        ),
        actor=by,
        at=now,
        reason=why,
    )  # fmt: skip
    return inspection
