"""One verb per module: each is one transaction, one lock, one event."""

from lantu.hazards.services.accept_order import accept_order
from lantu.hazards.services.add_photos import add_photos
from lantu.hazards.services.confirm import confirm
from lantu.hazards.services.follow_warning import follow_false_alert, note_cleared, note_recurred, raise_grade
from lantu.hazards.services.issue_order import issue_order
from lantu.hazards.services.mark_false_positive import decline_false_positive, mark_false_positive
from lantu.hazards.services.merge import merge
from lantu.hazards.services.open_hazard import open_hazard
from lantu.hazards.services.recheck_close import recheck_close
from lantu.hazards.services.recheck_return import recheck_return
from lantu.hazards.services.record_hazard import record_hazard
from lantu.hazards.services.report_hazard import report_hazard
from lantu.hazards.services.submit_reply import submit_reply
from lantu.hazards.services.supervisor_confirm import supervisor_confirm
from lantu.hazards.services.supervisor_return import supervisor_return
from lantu.hazards.services.void import void

__all__ = [
    "accept_order", "add_photos", "confirm", "decline_false_positive", "follow_false_alert", "issue_order", "mark_false_positive",
    "merge", "note_cleared", "note_recurred", "open_hazard", "raise_grade", "recheck_close", "recheck_return",
    "record_hazard", "report_hazard", "submit_reply", "supervisor_confirm", "supervisor_return", "void",
]  # fmt: skip
