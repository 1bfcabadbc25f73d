"""What work without network adds to the floors below."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lantu.accounts.event_words import name_events
from lantu.core.offline import OfflineSource, offline_sources
from lantu.duties import workflow_models
from lantu.hazards.event_lines import WORDS
from lantu.hazards.phone import events, permissions  # noqa: F401  registered by being imported
from lantu.hazards.phone.models import KeptSubmission
from lantu.hazards.phone.selectors import look_backs_on_site, pages_on_site, rounds_on_site, sheets_on_site

PHONE_WORDS = {
    "hazards.submission_kept": (_("离线提交送达较晚，两份保留"), "warn"),
    "hazards.submission_adopted": (_("离线提交并入记录"), ""),
    "hazards.submission_set_aside": (_("离线提交不采用"), ""),
}
WORDS.update(PHONE_WORDS)
name_events({kind: text for kind, (text, _tone) in PHONE_WORDS.items()})
workflow_models.add("hazards.KeptSubmission", is_open=Q(state=KeptSubmission.State.PENDING))
offline_sources.add(OfflineSource(key="hazards", addresses=pages_on_site, order=20))
offline_sources.add(OfflineSource(key="look_backs", addresses=look_backs_on_site, order=25))
offline_sources.add(OfflineSource(key="patrols", addresses=rounds_on_site, order=30))
offline_sources.add(OfflineSource(key="inspections", addresses=sheets_on_site, order=40))
