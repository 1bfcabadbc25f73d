"""Rights: proposed by the system administrator, confirmed by the security administrator, revoked at once.

三员分立: nobody holds two of system administrator, security administrator and auditor, and the two
administrators hold no business role. Nobody proposes or confirms a right of their own.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lantu.accounts.events import AboutRequest, GrantConfirmed, GrantProposed, GrantRefused, GrantRevoked
from lantu.accounts.models import Grant, GrantRequest, Organisation, User
from lantu.accounts.permissions import require
from lantu.accounts.roles import SEPARATED_ROLES, Reach, Role
from lantu.core.refusals import Denied, Refused, Unacceptable
from lantu.core.services.emit import emit


@transaction.atomic
def propose_grant(
    *,
    user: User,
    role: str,
    reach: str,
    why: str,
    now: datetime,
    actor: User,
    county_code: str = "",
    organisation: Organisation | None = None,
    project_id: int | None = None,
    ends_at: datetime | None = None,
) -> GrantRequest:
    """The system administrator asks for a right of ``user``. It has no effect until it is confirmed."""
    require(actor, "accounts.administer")
    if user.pk == actor.pk:
        raise Denied(
            "accounts.not_oneself", _("不能为自己申请授权。"), remedy=_("请由另一位系统管理员提出。")
        )
    _require_complete(reach, county_code, organisation, project_id)
    if not why.strip():
        raise Unacceptable("accounts.why_missing", _("请写明授权理由。"), field="why")
    if ends_at is not None and ends_at <= now:
        raise Unacceptable("accounts.ends_at_past", _("有效期须晚于现在。"), field="ends_at")
    require_separation(user, role, now=now)
    same = GrantRequest.objects.filter(
        user=user, role=role, reach=reach, county_code=county_code, organisation=organisation,
        project_id=project_id, state=GrantRequest.State.PENDING,
    )  # fmt: skip
    if same.exists():
        raise Refused("accounts.already_proposed", _("同样的授权申请正在等待确认。"))
    request = GrantRequest.objects.create(
        user=user, role=role, reach=reach, county_code=county_code, organisation=organisation,
        project_id=project_id, ends_at=ends_at, why=why.strip()[:200], proposed_by=actor, proposed_at=now,
    )  # fmt: skip
    emit(GrantProposed(**_about(request)), actor=actor, at=now, reason=request.why)
    return request


@transaction.atomic
def confirm_grant(request: GrantRequest, *, now: datetime, actor: User) -> Grant:
    """The security administrator agrees; the rule of separation is checked again at this moment."""
    request = _pending(request, actor)
    require_separation(request.user, request.role, now=now)
    grant = Grant.objects.create(
        user=request.user,
        role=request.role,
        reach=request.reach,
        county_code=request.county_code,
        organisation=request.organisation,
        project_id=request.project_id,
        granted_by=actor,
        granted_at=now,
        ends_at=request.ends_at,
    )
    _decide(request, GrantRequest.State.CONFIRMED, now=now, actor=actor, grant=grant)
    emit(GrantConfirmed(**_about(request), grant_id=grant.pk), actor=actor, at=now, reason=request.why)
    return grant


@transaction.atomic
def refuse_grant(request: GrantRequest, *, answer: str, now: datetime, actor: User) -> GrantRequest:
    """The security administrator does not agree and says why."""
    request = _pending(request, actor)
    if not answer.strip():
        raise Unacceptable("accounts.answer_missing", _("请写明驳回理由。"), field="answer")
    request.answer = answer.strip()[:200]
    _decide(request, GrantRequest.State.REFUSED, now=now, actor=actor)
    emit(GrantRefused(**_about(request)), actor=actor, at=now, reason=request.answer)
    return request


@transaction.atomic
def revoke_grant(grant: Grant, *, why: str, now: datetime, actor: User) -> None:
    """Take a right away at once: taking away needs no second person. It ends, and its row stays."""
    require(actor, "accounts.administer")
    grant = Grant.objects.select_for_update().get(pk=grant.pk)
    if grant.ends_at is not None and grant.ends_at <= now:
        raise Refused("accounts.already_ended", _("这项授权已经结束。"))
    if grant.role == Role.SYSADMIN and not _others_with(Role.SYSADMIN, grant.user_id, now):
        raise Refused(
            "accounts.last_sysadmin", _("这是最后一位系统管理员，不能撤销。"), remedy=_("请先为另一人授权。")
        )
    grant.ends_at = now
    grant.save(update_fields=["ends_at"])
    emit(
        GrantRevoked(
            subject_id=grant.user_id,
            grant_id=grant.pk,
            role=grant.role,
            reach=grant.reach,
            scope=_scope_text(grant),
        ),
        actor=actor,
        at=now,
        reason=why,
    )


def require_separation(user: User, role: str, *, now: datetime) -> None:
    """Raise Refused when ``user`` may not hold ``role`` besides what they hold now."""
    held = set(
        Grant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), user=user).values_list("role", flat=True)
    )
    held.discard(role)
    separated = {str(one) for one in SEPARATED_ROLES}
    if role in separated and held:
        label = "、".join(sorted(str(Role(one).label) for one in held))
        raise Refused(
            "accounts.three_separate",
            _("三员分立：%(user)s 已有“%(label)s”，不能再任%(Role)s。")
            % {"user": user, "label": label, "Role": Role(role).label},
            remedy=_("请另选人员，或先撤销其原有授权。"),
            field="role",
        )
    if held & separated:
        label = "、".join(sorted(str(Role(one).label) for one in held & separated))
        raise Refused(
            "accounts.three_separate",
            _("三员分立：%(user)s 任“%(label)s”，不能再承担其他角色。") % {"user": user, "label": label},
            remedy=_("请另选人员，或先撤销其原有授权。"),
            field="role",
        )


def _others_with(role: str, user_id: int, now: datetime) -> bool:
    rows = Grant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), role=role, user__is_active=True)
    return rows.exclude(user_id=user_id).exists()


def _require_complete(
    reach: str, county_code: str, organisation: Organisation | None, project_id: int | None
) -> None:
    wanted = {
        Reach.CITY: (False, False, False),
        Reach.COUNTY: (True, False, False),
        Reach.ORGANISATION: (False, True, False),
        Reach.PROJECT: (False, False, True),
    }.get(Reach(reach) if reach in Reach.values else None)  # type: ignore[arg-type]
    given = (bool(county_code), organisation is not None, project_id is not None)
    if wanted is None or wanted != given:
        raise Unacceptable(
            "accounts.reach_incomplete",
            _("授权范围不完整。"),
            remedy=_("“县市区”须选县市区，“本单位”须选单位，“单个项目”须选项目，“全市”三者都不填。"),
            field="reach",
        )


def _pending(request: GrantRequest, actor: User) -> GrantRequest:
    require(actor, "accounts.confirm")
    request = GrantRequest.objects.select_for_update(of=("self",)).select_related("user").get(pk=request.pk)
    if request.state != GrantRequest.State.PENDING:
        raise Refused(
            "accounts.already_decided", _("这项授权申请已经处理。"), remedy=_("请刷新页面查看最新状态。")
        )
    if actor.pk in {request.proposed_by_id, request.user_id}:
        raise Denied("accounts.same_person", _("提出人和被授权人不能确认这项授权。"))
    return request


def _decide(
    request: GrantRequest, state: str, *, now: datetime, actor: User, grant: Grant | None = None
) -> None:
    request.state = state
    request.decided_by = actor
    request.decided_at = now
    request.grant = grant
    request.save(update_fields=["state", "decided_by", "decided_at", "answer", "grant"])


def _scope_text(row: Grant | GrantRequest) -> str:
    return row.county_code or str(row.organisation_id or row.project_id or "")


def _about(request: GrantRequest) -> AboutRequest:
    return {
        "subject_id": request.pk,
        "user_id": request.user_id,
        "role": request.role,
        "reach": request.reach,
        "scope": _scope_text(request),
    }
