"""One verb per module: each is one transaction."""

from lantu.monitoring.alerts.services.clear_alert import clear_alert
from lantu.monitoring.alerts.services.close_alert import close_alert
from lantu.monitoring.alerts.services.mark_false_positive import mark_false_positive
from lantu.monitoring.alerts.services.raise_alert import Finding, raise_alert, raise_many
from lantu.monitoring.alerts.services.take_up import take_up
from lantu.monitoring.alerts.services.update_alert import update_alert

__all__ = [
    "Finding", "clear_alert", "close_alert", "mark_false_positive", "raise_alert", "raise_many", "take_up", "update_alert",
]  # fmt: skip
