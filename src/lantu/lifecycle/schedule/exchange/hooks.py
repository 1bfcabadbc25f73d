"""What the exchange adds to the floors below."""

from django.utils.translation import gettext_lazy as _

from lantu.accounts.event_words import name_events
from lantu.lifecycle.schedule.exchange import events, permissions  # noqa: F401  registered by being imported

name_events({"lifecycle.schedule_imported": _("导入进度计划")})
