"""One table from verb to service: pages and API call the same function with the same values."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lantu.core.refusals import Missing, Unacceptable
from lantu.hazards import doing_beside, services
from lantu.hazards.asking import Doing, Request
from lantu.hazards.forms import moment, whole
from lantu.hazards.models import Hazard
from lantu.hazards.selectors import mergeable_into

__all__ = ["Request", "do"]


def _confirm(hazard: Hazard, r: Request) -> None:
    services.confirm(
        hazard,
        by=r.by,
        now=r.now,
        grade=whole(r.values, "grade"),
        clause=r.text("clause"),
        major_clause=r.text("major_clause"),
        major_basis=r.text("major_basis"),
        version=r.version,
    )


def _issue_order(hazard: Hazard, r: Request) -> None:
    services.issue_order(
        hazard,
        by=r.by,
        now=r.now,
        measures=r.text("measures"),
        clause=r.text("clause"),
        due_at=moment(r.values, "due_at"),
        order_type=r.text("order_type"),
        penalty_note=r.text("penalty_note"),
        stop_scope=r.text("stop_scope"),
        stop_area=r.text("stop_area"),
        version=r.version,
    )


def _accept_order(hazard: Hazard, r: Request) -> None:
    services.accept_order(hazard, by=r.by, now=r.now, version=r.version)


def _submit_reply(hazard: Hazard, r: Request) -> None:
    services.submit_reply(
        hazard,
        by=r.by,
        now=r.now,
        text=r.text("text"),
        files=r.files,
        no_photo_reason=r.text("no_photo_reason"),
        version=r.version,
    )


def _supervisor_confirm(hazard: Hazard, r: Request) -> None:
    services.supervisor_confirm(
        hazard, by=r.by, now=r.now, note=r.text("note"), files=r.files, version=r.version
    )


def _supervisor_return(hazard: Hazard, r: Request) -> None:
    services.supervisor_return(
        hazard, by=r.by, now=r.now, reason=r.text("reason"), files=r.files, version=r.version
    )


def _recheck_close(hazard: Hazard, r: Request) -> None:
    services.recheck_close(
        hazard,
        by=r.by,
        now=r.now,
        note=r.text("note"),
        files=r.files,
        experts=r.text("experts"),
        version=r.version,
    )


def _recheck_return(hazard: Hazard, r: Request) -> None:
    services.recheck_return(
        hazard, by=r.by, now=r.now, reason=r.text("reason"), files=r.files, version=r.version
    )


def _mark_false(hazard: Hazard, r: Request) -> None:
    services.mark_false_positive(hazard, by=r.by, now=r.now, reason=r.text("reason"), version=r.version)


def _decline_false(hazard: Hazard, r: Request) -> None:
    services.decline_false_positive(hazard, by=r.by, now=r.now, reason=r.text("reason"), version=r.version)


def _merge(hazard: Hazard, r: Request) -> None:
    into = mergeable_into(r.by, hazard).filter(pk=whole(r.values, "into") or 0).first()
    if into is None:
        raise Unacceptable(
            "hazards.no_target",
            str(_("请选择要并入的隐患。")),
            remedy=str(_("只能并入同一项目的未销号隐患。")),
            field="into",
        )
    services.merge(hazard, into=into, by=r.by, now=r.now, version=r.version)


def _void(hazard: Hazard, r: Request) -> None:
    services.void(hazard, by=r.by, now=r.now, reason=r.text("reason"), version=r.version)


DOINGS: dict[str, Doing] = {
    "confirm": Doing(run=_confirm, done=_("已核实，请下发整改通知单。")),
    "issue_order": Doing(run=_issue_order, done=_("整改通知单已下发，时限从现在起算。")),
    "accept_order": Doing(run=_accept_order, done=_("已签收，请按期整改并拍照回复。")),
    "submit_reply": Doing(run=_submit_reply, done=_("整改回复已提交，等待监理确认。")),
    "supervisor_confirm": Doing(run=_supervisor_confirm, done=_("已确认，转独立复查。")),
    "supervisor_return": Doing(run=_supervisor_return, done=_("已退回施工单位重新整改。")),
    "recheck_close": Doing(run=_recheck_close, done=_("复查通过，隐患已销号。")),
    "recheck_return": Doing(run=_recheck_return, done=_("复查不合格，已退回施工单位。")),
    "propose_false": Doing(run=_mark_false, done=_("误报申请已提交，等待另一人复核。")),
    "mark_false_positive": Doing(run=_mark_false, done=_("已认定为误报，预警同时关闭。")),
    "decline_false_positive": Doing(run=_decline_false, done=_("误报申请已驳回，整改继续。")),
    "merge": Doing(run=_merge, done=_("已并入这一条：按它的整改单和期限办理，照片一并保留，上报人已告知。")),
    "void": Doing(run=_void, done=_("隐患已作废，记录保留。")),
    **doing_beside.DOINGS,
}


def do(verb: str, hazard: Hazard, request: Request) -> str:
    """Carry out ``verb``; returns the sentence that says so. Raises Missing for an unknown verb."""
    doing = DOINGS.get(verb)
    if doing is None:
        raise Missing("hazards.unknown_verb", str(_("没有这个操作。")))
    doing.run(hazard, request)
    return str(doing.done)
