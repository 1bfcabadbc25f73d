"""Life of a template made of a finished project: written, submitted, approved by a second person, withdrawn."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantu.core.refusals import Refused


class CaseState(models.TextChoices):
    DRAFT = "draft", gettext_lazy("编制中")
    SUBMITTED = "submitted", gettext_lazy("待批准")
    APPROVED = "approved", gettext_lazy("可用")
    SUPERSEDED = "superseded", gettext_lazy("已被新版取代")
    VOID = "void", gettext_lazy("已取消")


class CaseVerb(StrEnum):
    EDIT = "edit"
    SUBMIT = "submit"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    SUPERSEDE = "supersede"
    VOID = "void"


S = CaseState
TRANSITIONS: dict[tuple[str, str], str] = {
    (S.DRAFT, CaseVerb.EDIT): S.DRAFT,
    (S.DRAFT, CaseVerb.SUBMIT): S.SUBMITTED,
    (S.DRAFT, CaseVerb.VOID): S.VOID,
    (S.SUBMITTED, CaseVerb.APPROVE): S.APPROVED,
    (S.SUBMITTED, CaseVerb.SEND_BACK): S.DRAFT,
    (S.APPROVED, CaseVerb.SUPERSEDE): S.SUPERSEDED,
    (S.APPROVED, CaseVerb.VOID): S.VOID,
}
WITHOUT_DUTY: tuple[str, ...] = (S.APPROVED, S.SUPERSEDED, S.VOID)


def next_state(current: str, verb: CaseVerb) -> str:
    """The state after ``verb``. Raises Refused where the table has no way."""
    try:
        return str(TRANSITIONS[(current, verb)])
    except KeyError:
        raise Refused(
            "cases.wrong_order",
            _("模板当前为“%(state)s”，不能执行这一步。") % {"state": CaseState(current).label},
            remedy=_("请刷新页面，按当前状态办理。"),
        ) from None
