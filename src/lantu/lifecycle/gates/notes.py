"""What gates say in the six-stage line of the project page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.accounts.permissions import may
from lantu.lifecycle.gates.selectors import StageEntry, stage_line
from lantu.projects.models import Project
from lantu.projects.stage_notes import StageNote


def notes(project: Project, reader: Any, now: datetime) -> Mapping[str, StageNote]:
    """By stage; nothing for a reader who may not see gates."""
    if not may(reader, "lifecycle.gates_read", project):
        return {}
    return {entry.stage: _note(entry) for entry in stage_line(project, reader, now)}


def _note(entry: StageEntry) -> StageNote:
    lines = []
    if entry.holder and entry.since is not None:
        day = f"{timezone.localtime(entry.since):%m-%d}"
        lines.append(_("%(who)s，%(day)s 起") % {"who": entry.holder, "day": day})
    if entry.missing and entry.holder:
        lines.append(
            _("缺 %(n)d 项：%(what)s") % {"n": entry.missing_count, "what": "、".join(entry.missing[:2])}
        )
    if entry.conditions:
        lines.append(_("容缺 %(n)d 项待补") % {"n": entry.conditions})
    alarm = entry.lamp_words if entry.lamp == "red" else ""
    return StageNote(label=entry.state_label, tone=entry.tone, lines=tuple(lines), url=entry.url, alarm=alarm)
