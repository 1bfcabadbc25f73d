"""What each paper says, as plain values: the hash is over these, and both Word and PDF show nothing else.

Official papers are Chinese by law; their words are not translated.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from lantu.core.models import Evidence
from lantu.core.refusals import Refused
from lantu.hazards.models import Document, Hazard, Listing, Review, StopOrder
from lantu.hazards.parties import contacts
from lantu.hazards.selectors import evidence_of, found_photos, reply_views

Kind = Document.Kind
Rows = list[list[str]]
MOST_PHOTOS = 4
UNITS = {
    "owner": "建设单位",
    "agent": "代建单位",
    "designer": "设计单位",
    "contractor": "施工单位",
    "supervisor": "监理单位",
}


def facts_of(hazard: Hazard, kind: str) -> dict[str, Any]:
    """Title, number, sender, addressee, paragraphs, rows, photos and signatures of a paper.

    Raises Refused while the step that the paper documents has not been taken.
    """
    with translation.override("zh-hans"):
        found = _WRITERS[Kind(kind)](hazard)
    return {"kind": str(kind), "hazard_id": hazard.pk, "project_code": hazard.project.code, **found}


def fingerprint(facts: dict[str, Any]) -> str:
    """SHA-256 over the facts in canonical JSON (sorted keys, no spaces, UTF-8)."""
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def ready_kinds(hazard: Hazard) -> list[Kind]:
    """The papers that can be made now."""
    ready = []
    for kind in Kind:
        try:
            facts_of(hazard, kind)
        except Refused:
            continue
        ready.append(kind)
    return ready


def _not_ready() -> Refused:
    return Refused(
        "hazards.paper_not_ready",
        _("这一步还没有办理，没有可生成的文书。"),
        remedy=_("请在办理之后再生成。"),
        status=409,
    )


def day(at: datetime | None) -> str:
    """``2026年6月10日``."""
    local = timezone.localtime(at) if at else None
    return f"{local.year}年{local.month}月{local.day}日" if local else "—"


def moment(at: datetime | None) -> str:
    """``2026年6月10日18:00``."""
    return f"{day(at)}{timezone.localtime(at):%H:%M}" if at else "—"


def _name(person: Any) -> str:
    return "" if person is None else str(person)


def _unit(person: Any) -> str:
    return person.organisation.name if person is not None and person.organisation is not None else ""


def _photos(files: list[Evidence], caption: str) -> list[dict[str, Any]]:
    pictures = [file for file in files if file.kind == Evidence.Kind.PHOTO][:MOST_PHOTOS]
    return [
        {
            "evidence": file.pk,
            "sha256": file.sha256,
            "caption": f"{caption} {moment(file.taken_at or file.uploaded_at)}",
        }
        for file in pictures
    ]


def _base(hazard: Hazard) -> Rows:
    rows = [
        ["隐患", hazard.title],
        [
            "类别等级",
            " · ".join(
                filter(None, [str(hazard.get_field_display()), hazard.sub_type, str(hazard.grade_words)])
            ),
        ],
        ["工点部位", _place(hazard)],
    ]
    return rows


def _place(hazard: Hazard) -> str:
    parts = [hazard.place]
    if hazard.pin:
        parts.append(f"图纸 {hazard.pin['drawing']}（横 {hazard.pin['x']:.0%}，纵 {hazard.pin['y']:.0%}）")
    if hazard.ifc_guid:
        parts.append(f"构件 {hazard.ifc_guid}")
    return "；".join(part for part in parts if part) or "—"


def _paper(
    *, title: str, number: str, sender: str, addressee: str, opening: str, rows: Rows, closing: str,
    signs: list[str], at: datetime | None, photos: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:  # fmt: skip
    return {
        "title": title,
        "number": number,
        "sender": sender,
        "addressee": addressee,
        "opening": opening,
        "rows": [[label, text or "—"] for label, text in rows],
        "closing": closing,
        "signs": signs,
        "date": day(at),
        "photos": photos or [],
    }


def _order(hazard: Hazard) -> dict[str, Any]:
    if hazard.ordered_at is None or hazard.rectifier_unit is None:
        raise _not_ready()
    officer = hazard.issuer or contacts(hazard.project).get("officer")
    rows = [*_base(hazard), ["情况描述", hazard.description], ["违反条款", hazard.clause]]
    if hazard.is_major:
        rows.append(["重大判定依据", hazard.major_basis])
    rows += [
        ["整改要求", _(hazard.measures_required) if hazard.measures_required else ""],
        ["处理方式", str(hazard.get_order_type_display())],
        ["整改期限", moment(hazard.original_due_at)],
        [
            "责任各方",
            "；".join(f"{UNITS[role]}：{name}" for role, name in hazard.order_units.items() if role in UNITS),
        ],
        ["整改责任人", f"{hazard.rectifier_unit.name} {_name(hazard.rectifier)}"],
        ["检查人员", hazard.checked_by or _name(hazard.reporter) or "监测预警自动发现"],
    ]
    if hazard.penalty_note:
        rows.append(["处罚移送", hazard.penalty_note])
    issued = f"签发：{_unit(officer)} {_name(officer)}"
    if hazard.issued_automatically:
        issued = f"签发：系统按规则自动下发，代 {_unit(officer)} {_name(officer)}"
    return _paper(
        title=str(Kind.ORDER.label),
        number=hazard.order_no,
        sender=_unit(officer),
        addressee=hazard.rectifier_unit.name,
        opening=f"{moment(hazard.opened_at)}，你单位承建的“{hazard.project.name}”被查明存在下列隐患（来源：{hazard.get_source_display()}）。"
        f"现{hazard.get_order_type_display()}，整改情况须在期限内书面回复。",
        rows=rows,
        closing="整改完成后请提交整改回复及照片，经监理确认、独立复查合格后销号。对本通知有异议的，可在签收后提出，异议期间不停止整改；"
        "逾期未整改的，按规定逐级上报并依法处理。",
        signs=[
            issued,
            "签收："
            + (f"{_name(hazard.rectifier)} {moment(hazard.accepted_at)}" if hazard.accepted_at else ""),
        ],
        at=hazard.ordered_at,
        photos=_photos(found_photos(hazard), "整改前"),
    )


def _latest_stop(hazard: Hazard, *, resumed: bool) -> StopOrder:
    stops = hazard.stops.select_related("by__organisation", "resumed_by__organisation", "resume_asked_by")
    stop = stops.filter(resumed_at__isnull=not resumed).last() or (None if resumed else stops.last())
    if stop is None:
        raise _not_ready()
    return stop


def _stop(hazard: Hazard) -> dict[str, Any]:
    stop = _latest_stop(hazard, resumed=False)
    return _paper(
        title=str(Kind.STOP.label),
        number=stop.number,
        sender=_unit(stop.by),
        addressee=hazard.rectifier_unit.name if hazard.rectifier_unit else "",
        opening=f"你单位承建的“{hazard.project.name}”存在下列隐患，不能保证施工安全。现责令自{moment(stop.at)}起{stop.get_scope_display()}。",
        rows=[
            *_base(hazard),
            ["停工范围", f"{stop.get_scope_display()} {stop.area}".strip()],
            ["停工理由", stop.reason],
            ["整改通知单", hazard.order_no],
            ["整改期限", moment(hazard.original_due_at)],
        ],
        closing="停工期间除整改和应急处置外不得进行其他作业。整改完成并经监理确认后，附证据提出复工申请，未经签发复工令不得复工。",
        signs=[f"签发：{_unit(stop.by)} {_name(stop.by)}"],
        at=stop.at,
    )


def _resume(hazard: Hazard) -> dict[str, Any]:
    stop = _latest_stop(hazard, resumed=True)
    files = evidence_of("hazards.stoporder", [stop.pk])[stop.pk]
    return _paper(
        title=str(Kind.RESUME.label),
        number=stop.resume_number,
        sender=_unit(stop.resumed_by),
        addressee=hazard.rectifier_unit.name if hazard.rectifier_unit else "",
        opening=f"你单位{day(stop.resume_asked_at)}关于“{hazard.project.name}”复工的申请收悉。经核查，同意自{moment(stop.resumed_at)}起"
        f"解除{stop.number}停工令。",
        rows=[
            ["隐患", hazard.title],
            ["停工范围", f"{stop.get_scope_display()} {stop.area}".strip()],
            ["复工申请", f"{_name(stop.resume_asked_by)} {moment(stop.resume_asked_at)}"],
            ["条件落实", stop.resume_text],
            ["复工意见", stop.resume_note],
            ["证据", f"{len(files)} 件"],
        ],
        closing="复工后继续落实整改方案和监测要求，发现异常立即停工报告。",
        signs=[f"签发：{_unit(stop.resumed_by)} {_name(stop.resumed_by)}"],
        at=stop.resumed_at,
        photos=_photos(files, "复工证据"),
    )


def _reply(hazard: Hazard) -> dict[str, Any]:
    views = reply_views(hazard)
    if not views:
        raise _not_ready()
    last = views[-1]
    rows: Rows = [["隐患", hazard.title], ["整改期限", moment(hazard.original_due_at)]]
    if hazard.was_extended:
        rows.append(["延期后期限", f"{moment(hazard.due_at)}（延期 {hazard.extensions} 次）"])
    for view in views:
        rows.append(
            [f"第 {view.reply.no} 次回复", f"{view.reply.text}（{view.reply.by} {moment(view.reply.at)}）"]
        )
        if view.reply.no_photo_reason:
            rows.append(["无照片理由", view.reply.no_photo_reason])
        rows += [
            [
                str(review.get_stage_display()),
                f"{'通过' if review.passed else '退回'} {review.note}（{review.by} {moment(review.at)}）",
            ]
            for review, _files in view.reviews
        ]
    unit = hazard.rectifier_unit.name if hazard.rectifier_unit else ""
    return _paper(
        title=str(Kind.REPLY.label),
        number=f"{hazard.order_no}回复{last.reply.no}",
        sender=unit,
        addressee=_unit(hazard.issuer or contacts(hazard.project).get("officer")),
        opening=f"关于“{hazard.project.name}”{hazard.order_no}整改通知单所列隐患，我单位整改情况如下。",
        rows=rows,
        closing="以上情况属实，请予复查。",
        signs=[f"整改责任人：{unit} {last.reply.by}"],
        at=last.reply.at,
        photos=_photos(found_photos(hazard), "整改前") + _photos(last.files, "整改后"),
    )


def _recheck(hazard: Hazard) -> dict[str, Any]:
    review = (
        Review.objects.filter(reply__hazard=hazard, stage=Review.Stage.RECHECK)
        .select_related("by", "unit", "reply")
        .order_by("-at", "-id")
        .first()
    )
    if review is None:
        raise _not_ready()
    files = evidence_of("hazards.review", [review.pk])[review.pk]
    verdict = "复查合格，同意销号" if review.passed else "复查不合格，退回继续整改"
    experts = "；".join(f"{person['name']} {person['unit']}".strip() for person in review.experts)
    return _paper(
        title=str(Kind.RECHECK.label),
        number=f"{hazard.order_no}复查{review.reply.no}",
        sender=review.unit.name,
        addressee=hazard.rectifier_unit.name if hazard.rectifier_unit else "",
        opening=f"{moment(review.at)}对“{hazard.project.name}”{hazard.order_no}整改通知单所列隐患的整改情况进行复查，意见如下。",
        rows=[
            ["隐患", hazard.title],
            ["整改回复", f"第 {review.reply.no} 次：{review.reply.text}"],
            ["复查结论", verdict],
            ["复查意见", review.note],
            ["参加专家", experts or "无"],
            ["整改期限", moment(hazard.original_due_at)],
        ],
        closing="" if review.passed else "请按复查意见继续整改，重新提交整改回复；整改期限不因退回而顺延。",
        signs=[f"复查人：{review.unit.name} {review.by}"],
        at=review.at,
        photos=_photos(files, "复查"),
    )


def _listing(hazard: Hazard) -> dict[str, Any]:
    row: Listing | None = hazard.listings.select_related("by__organisation").first()
    if row is None:
        raise _not_ready()
    rows = [
        *_base(hazard),
        ["判定依据", hazard.major_basis],
        ["督办机关", row.authority],
        ["督办文号", row.document_no],
        ["督办要求", row.requirement],
        ["督办期限", moment(row.until)],
        [
            "责任各方",
            "；".join(f"{UNITS[role]}：{name}" for role, name in hazard.order_units.items() if role in UNITS),
        ],
    ]
    if row.delisted_at is not None:
        rows += [
            ["摘牌文号", row.delist_document_no],
            ["验收意见", row.delist_note],
            ["摘牌日期", day(row.delisted_at)],
        ]
    return _paper(
        title=str(Kind.LISTING.label),
        number=row.number,
        sender=row.authority,
        addressee=hazard.rectifier_unit.name if hazard.rectifier_unit else "",
        opening=f"你单位承建的“{hazard.project.name}”存在的下列隐患，依据判定标准为重大事故隐患，现决定挂牌督办。",
        rows=rows,
        closing="须做到措施、资金、期限、责任人、预案五到位。治理完成后书面申请验收；督办机关在收到申请或期满后 10 日内组织验收，合格的予以摘牌。",
        signs=[f"办理：{_unit(row.by)} {_name(row.by)}"],
        at=row.at,
    )


def _closing(hazard: Hazard) -> dict[str, Any]:
    if hazard.closed_at is None or hazard.rechecked_at is None or hazard.rechecker is None:
        raise _not_ready()
    last = reply_views(hazard)[-1]
    assert hazard.original_due_at is not None
    late = "（逾期）" if hazard.closed_at > hazard.original_due_at else "（按期）"
    rows: Rows = [
        ["隐患", hazard.title],
        [
            "整改单位",
            f"{hazard.rectifier_unit.name if hazard.rectifier_unit else ''} {_name(hazard.rectifier)}",
        ],
        ["整改期限", moment(hazard.original_due_at)],
        ["销号时间", f"{moment(hazard.closed_at)}{late}"],
        ["退回次数", str(hazard.returned_count)],
        [
            "监理确认",
            f"{_unit(hazard.supervisor)} {_name(hazard.supervisor)} {moment(hazard.sv_confirmed_at)}",
        ],
        ["复查", f"{_unit(hazard.rechecker)} {_name(hazard.rechecker)} {moment(hazard.rechecked_at)}"],
    ]
    if hazard.reopened_count:
        rows.append(["重新打开", f"{hazard.reopened_count} 次，最近一次 {moment(hazard.reopened_at)}"])
    return _paper(
        title=str(Kind.CLOSING.label),
        number=f"{hazard.order_no}销号",
        sender=_unit(hazard.rechecker),
        addressee=hazard.rectifier_unit.name if hazard.rectifier_unit else "",
        opening=f"“{hazard.project.name}”{hazard.order_no}整改通知单所列隐患，经监理确认和独立复查已消除，予以销号。",
        rows=rows,
        closing="销号后 30 日、90 日按规定回头看，复发的重新打开。",
        signs=[f"复查人：{_unit(hazard.rechecker)} {_name(hazard.rechecker)}"],
        at=hazard.closed_at,
        photos=_photos(found_photos(hazard), "整改前") + _photos(last.files, "整改后"),
    )


_WRITERS: dict[Kind, Callable[[Hazard], dict[str, Any]]] = {
    Kind.ORDER: _order,
    Kind.STOP: _stop,
    Kind.RESUME: _resume,
    Kind.REPLY: _reply,
    Kind.RECHECK: _recheck,
    Kind.LISTING: _listing,
    Kind.CLOSING: _closing,
}
