"""Long work of the rule desk."""

from __future__ import annotations

from django.utils import timezone, translation
from procrastinate.contrib.django import app

from lantu.monitoring.rules.desk.models import RulePreview
from lantu.monitoring.rules.desk.services.preview import run_preview


@app.task(name="monitoring.preview_rule", queue="imports")
def preview_rule(preview_id: int) -> None:
    """Replay a proposed wording; what is kept is read in the asker's language."""
    language = RulePreview.objects.values_list("asked_by__language", flat=True).get(pk=preview_id)
    with translation.override(language):
        run_preview(preview_id=preview_id, now=timezone.now())
