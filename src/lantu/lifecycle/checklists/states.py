"""Life of a checklist: drafted, countersigned by the units that answer, issued; a change is a new version."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lantu.core.refusals import Refused


class ChecklistState(models.TextChoices):
    DRAFT = "draft", gettext_lazy("草稿")
    ADJUSTING = "adjusting", gettext_lazy("调整申请")
    SIGNING = "signing", gettext_lazy("会签")
    IN_FORCE = "in_force", gettext_lazy("已下达")
    SUPERSEDED = "superseded", gettext_lazy("已被新版本替代")
    WITHDRAWN = "withdrawn", gettext_lazy("已撤回")


class Verb(StrEnum):
    EDIT = "edit"
    SUBMIT = "submit"
    SEND_BACK = "send_back"
    ISSUE = "issue"
    SUPERSEDE = "supersede"
    WITHDRAW = "withdraw"


S = ChecklistState
TRANSITIONS: dict[tuple[str, Verb], str] = {
    (S.DRAFT, Verb.EDIT): S.DRAFT,
    (S.ADJUSTING, Verb.EDIT): S.ADJUSTING,
    (S.DRAFT, Verb.SUBMIT): S.SIGNING,
    (S.ADJUSTING, Verb.SUBMIT): S.SIGNING,
    (S.SIGNING, Verb.SEND_BACK): S.DRAFT,
    (S.SIGNING, Verb.ISSUE): S.IN_FORCE,
    (S.IN_FORCE, Verb.SUPERSEDE): S.SUPERSEDED,
    (S.DRAFT, Verb.WITHDRAW): S.WITHDRAWN,
    (S.ADJUSTING, Verb.WITHDRAW): S.WITHDRAWN,
}
CLOSED_STATES: tuple[str, ...] = (S.IN_FORCE, S.SUPERSEDED, S.WITHDRAWN)
EDITABLE: tuple[str, ...] = (S.DRAFT, S.ADJUSTING)

_FIRST = {
    S.DRAFT: gettext_lazy("请先送各责任单位会签。"),
    S.ADJUSTING: gettext_lazy("请先送各责任单位会签。"),
    S.SIGNING: gettext_lazy("清单正在会签；要修改的，请先退回草稿。"),
    S.IN_FORCE: gettext_lazy("清单已下达，不能直接修改；请提出调整申请，形成新版本。"),
}


def next_state(current: str, verb: Verb) -> str:
    """The state after ``verb``. Raises Refused, saying what comes first, where the table has no way."""
    try:
        return str(TRANSITIONS[(current, verb)])
    except KeyError:
        raise Refused(
            "checklists.wrong_order",
            _("清单当前为“%(state)s”，不能执行这一步。") % {"state": ChecklistState(current).label},
            remedy=str(_FIRST.get(ChecklistState(current), _("请打开现行版本。"))),
        ) from None
