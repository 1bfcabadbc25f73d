"""Life of a rule proposal 规则修订."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lantu.core.refusals import Refused


class ProposalState(models.TextChoices):
    DRAFT = "draft", _("草案")
    SUBMITTED = "submitted", _("待批准")
    APPROVED = "approved", _("已批准")
    WITHDRAWN = "withdrawn", _("已撤回")


OPEN_STATES = (ProposalState.DRAFT, ProposalState.SUBMITTED)

TRANSITIONS: dict[tuple[str, str], str] = {
    (ProposalState.DRAFT, "revise"): ProposalState.DRAFT,
    (ProposalState.DRAFT, "submit"): ProposalState.SUBMITTED,
    (ProposalState.SUBMITTED, "approve"): ProposalState.APPROVED,
    (ProposalState.SUBMITTED, "return"): ProposalState.DRAFT,
    (ProposalState.DRAFT, "withdraw"): ProposalState.WITHDRAWN,
    (ProposalState.SUBMITTED, "withdraw"): ProposalState.WITHDRAWN,
}


class PreviewState(models.TextChoices):
    """A replay over stored readings. Superseded: the wording changed after it."""

    QUEUED = "queued", _("排队中")
    RUNNING = "running", _("回放中")
    DONE = "done", _("已完成")
    FAILED = "failed", _("失败")


def next_status(current: str, verb: str) -> str:
    """The state after ``verb``. Raises Refused where the table has no way."""
    try:
        return TRANSITIONS[(current, verb)]
    except KeyError:
        raise Refused(
            "monitoring.proposal_state",
            _("规则修订当前为“%(state)s”，不能执行该操作。") % {"state": ProposalState(current).label},
            remedy=str(_("请刷新页面查看最新状态。")),
        ) from None
