"""Life of a monthly bulletin: prepared, submitted (frozen), signed by a second person, issued."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantu.core.refusals import Refused


class BulletinState(models.TextChoices):
    DRAFT = "draft", gettext_lazy("编制中")
    SUBMITTED = "submitted", gettext_lazy("待签发")
    ISSUED = "issued", gettext_lazy("已签发")
    VOID = "void", gettext_lazy("已取消")


class BulletinVerb(StrEnum):
    EDIT = "edit"
    SUBMIT = "submit"
    ISSUE = "issue"
    SEND_BACK = "send_back"
    VOID = "void"


S = BulletinState
TRANSITIONS: dict[tuple[str, str], str] = {
    (S.DRAFT, BulletinVerb.EDIT): S.DRAFT,
    (S.DRAFT, BulletinVerb.SUBMIT): S.SUBMITTED,
    (S.DRAFT, BulletinVerb.VOID): S.VOID,
    (S.SUBMITTED, BulletinVerb.ISSUE): S.ISSUED,
    (S.SUBMITTED, BulletinVerb.SEND_BACK): S.DRAFT,
}
CLOSED_STATES: tuple[str, ...] = (S.ISSUED, S.VOID)


def next_state(current: str, verb: BulletinVerb) -> str:
    """The state after ``verb``. Raises Refused where the table has no way."""
    try:
        return str(TRANSITIONS[(current, verb)])
    except KeyError:
        raise Refused(
            "reports.wrong_order",
            _("通报当前为“%(state)s”，不能执行这一步。") % {"state": BulletinState(current).label},
            remedy=_("请刷新页面，按当前状态办理。"),
        ) from None
