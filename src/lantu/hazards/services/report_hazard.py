"""A person reports a hazard: an inspection, a citizen's call, something seen on site."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused
from lantu.hazards.models import Hazard
from lantu.hazards.services.record_hazard import record_hazard
from lantu.hazards.states import Source
from lantu.projects.models import Project

REPORTED = (Source.INSPECTION, Source.CITIZEN, Source.MANUAL)


@transaction.atomic
def report_hazard(
    *,
    project: Project,
    title: str,
    grade: int,
    by: User,
    now: datetime,
    source: str = Source.INSPECTION,
    place: str = "",
    **details: Any,
) -> Hazard:
    """Open a hazard by hand. It waits to be confirmed (核实) by the bureau or the inspector.

    ``details``: as in :func:`lantu.hazards.services.record_hazard.record_hazard`. Raises Refused for bad values,
    Denied without the right.
    """
    require(by, "hazards.report", project)
    if source not in REPORTED:
        raise Refused(
            "hazards.bad_report",
            _("来源不对。"),
            remedy=_("可选：检查发现、群众反映、人工登记。"),
            field="source",
            status=422,
        )
    return record_hazard(
        project=project,
        title=title,
        grade=grade,
        by=by,
        now=now,
        source=source,
        found_at_place=place,
        **details,
    )
