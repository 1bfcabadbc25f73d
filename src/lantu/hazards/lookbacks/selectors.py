"""Reads of look-backs."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lantu.core.refusals import Missing
from lantu.hazards.models import LookBack
from lantu.hazards.selectors import visible_hazards


def visible_look_backs(reader: Any) -> QuerySet[LookBack]:
    """Look-backs of the hazards that the reader may see."""
    rows = LookBack.objects.filter(hazard__in=visible_hazards(reader))
    return rows.select_related("hazard__project", "done_by", "duty__holder").order_by("-id")


def get_visible_look_back(reader: Any, pk: int) -> LookBack:
    """One look-back. Raises Missing when it is not there for this reader."""
    found = visible_look_backs(reader).select_related("hazard__rectifier_unit").filter(pk=pk).first()
    if found is None:
        raise Missing("hazards.no_look_back", _("没有这次回头看，或您无权查看。"))
    return found
