"""The verbs beside the ordinary path, as pages and API call them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from lantu.accounts.models import User
from lantu.hazards import services
from lantu.hazards.asking import Doing, Request
from lantu.hazards.forms import moment, whole
from lantu.hazards.models import Hazard, InPlace
from lantu.hazards.parties import addressees
from lantu.hazards.services.plan import ITEMS


def addressee(hazard: Hazard, username: str) -> User | None:
    """The accountable person of this project with that user name."""
    return next((person for person in addressees(hazard.project) if person.username == username), None)


def _submit_plan(hazard: Hazard, r: Request) -> None:
    services.submit_plan(
        hazard,
        by=r.by,
        now=r.now,
        items={name: r.text(name) for name in ITEMS},
        finish_at=moment(r.values, "finish_at"),
        version=r.version,
    )


def _approve_plan(hazard: Hazard, r: Request) -> None:
    ticked = [key for key in InPlace.values if r.text(f"in_place_{key}")]
    services.approve_plan(hazard, by=r.by, now=r.now, in_place=ticked, note=r.text("note"), version=r.version)


def _return_plan(hazard: Hazard, r: Request) -> None:
    services.return_plan(hazard, by=r.by, now=r.now, reason=r.text("reason"), version=r.version)


def _regrade(hazard: Hazard, r: Request) -> None:
    services.regrade(
        hazard,
        by=r.by,
        now=r.now,
        grade=whole(r.values, "grade") or 0,
        reason=r.text("reason"),
        major_clause=r.text("major_clause"),
        major_basis=r.text("major_basis"),
        version=r.version,
    )


def _order_stop(hazard: Hazard, r: Request) -> None:
    services.order_stop(
        hazard,
        by=r.by,
        now=r.now,
        scope=r.text("stop_scope"),
        area=r.text("stop_area"),
        reason=r.text("reason"),
        version=r.version,
    )


def _ask_resume(hazard: Hazard, r: Request) -> None:
    services.ask_resume(hazard, by=r.by, now=r.now, text=r.text("text"), files=r.files, version=r.version)


def _order_resume(hazard: Hazard, r: Request) -> None:
    services.order_resume(hazard, by=r.by, now=r.now, note=r.text("note"), version=r.version)


def _list_hazard(hazard: Hazard, r: Request) -> None:
    services.list_hazard(
        hazard,
        by=r.by,
        now=r.now,
        authority=r.text("authority"),
        document_no=r.text("document_no"),
        requirement=r.text("requirement"),
        until=moment(r.values, "until"),
        version=r.version,
    )


def _delist(hazard: Hazard, r: Request) -> None:
    services.delist(
        hazard,
        by=r.by,
        now=r.now,
        document_no=r.text("document_no"),
        note=r.text("note"),
        version=r.version,
    )


def _dispute(hazard: Hazard, r: Request) -> None:
    services.dispute(
        hazard, by=r.by, now=r.now, ground=r.text("ground"), reason=r.text("reason"), version=r.version
    )


def _decide_dispute(hazard: Hazard, r: Request) -> None:
    services.decide_dispute(
        hazard,
        by=r.by,
        now=r.now,
        outcome=r.text("outcome"),
        reason=r.text("reason"),
        to=addressee(hazard, r.text("to")),
        version=r.version,
    )


def _transfer(hazard: Hazard, r: Request) -> None:
    services.transfer(
        hazard,
        to=addressee(hazard, r.text("to")),
        by=r.by,
        now=r.now,
        reason=r.text("reason"),
        version=r.version,
    )


def _ask_extension(hazard: Hazard, r: Request) -> None:
    services.ask_extension(
        hazard,
        by=r.by,
        now=r.now,
        wanted_due_at=moment(r.values, "wanted_due_at"),
        reason=r.text("reason"),
        version=r.version,
    )


def _consent_extension(hazard: Hazard, r: Request) -> None:
    services.consent_extension(hazard, by=r.by, now=r.now, reason=r.text("reason"), version=r.version)


def _grant_extension(hazard: Hazard, r: Request) -> None:
    services.decide_extension(
        hazard, by=r.by, now=r.now, granted=True, reason=r.text("reason"), version=r.version
    )


def _refuse_extension(hazard: Hazard, r: Request) -> None:
    services.decide_extension(
        hazard, by=r.by, now=r.now, granted=False, reason=r.text("reason"), version=r.version
    )


def _reopen(hazard: Hazard, r: Request) -> None:
    services.reopen(hazard, by=r.by, now=r.now, reason=r.text("reason"), version=r.version)


DOINGS: dict[str, Doing] = {
    "submit_plan": Doing(run=_submit_plan, done=_("整改方案已提交，等待审定。")),
    "approve_plan": Doing(run=_approve_plan, done=_("整改方案已批准，开始整改。")),
    "return_plan": Doing(run=_return_plan, done=_("整改方案已退回。")),
    "regrade": Doing(run=_regrade, done=_("等级已调整。")),
    "order_stop": Doing(run=_order_stop, done=_("停工令已下达。")),
    "ask_resume": Doing(run=_ask_resume, done=_("复工申请已提交，等待签发复工令。")),
    "order_resume": Doing(run=_order_resume, done=_("复工令已签发。")),
    "list_hazard": Doing(run=_list_hazard, done=_("已挂牌督办，列入公开清单。")),
    "delist": Doing(run=_delist, done=_("已摘牌，转复查销号。")),
    "dispute": Doing(run=_dispute, done=_("异议已提交，等待裁定；整改期限照常计算。")),
    "decide_dispute": Doing(run=_decide_dispute, done=_("已裁定。")),
    "transfer": Doing(run=_transfer, done=_("已改派，等待新的整改单位签收。")),
    "ask_extension": Doing(run=_ask_extension, done=_("延期申请已提交；批准之前原期限有效。")),
    "consent_extension": Doing(run=_consent_extension, done=_("已签署同意意见，转有权人员审批。")),
    "grant_extension": Doing(run=_grant_extension, done=_("延期已批准；整改率仍按原定期限计算。")),
    "refuse_extension": Doing(run=_refuse_extension, done=_("延期未批准，原期限有效。")),
    "reopen": Doing(run=_reopen, done=_("隐患已重新打开，原编号继续有效。")),
}
