"""One verb per function: each is one transaction, one lock, one event."""

from lantu.hazards.services.accept_order import accept_order
from lantu.hazards.services.add_photos import add_photos
from lantu.hazards.services.confirm import confirm
from lantu.hazards.services.dispute import decide_dispute, dispute
from lantu.hazards.services.extension import ask_extension, consent_extension, decide_extension
from lantu.hazards.services.follow_warning import follow_false_alert, note_cleared, note_recurred, raise_grade
from lantu.hazards.services.issue_order import issue_order
from lantu.hazards.services.listing import delist, list_hazard
from lantu.hazards.services.look_back import do_look_back, open_look_back, open_look_backs
from lantu.hazards.services.make_document import make_document
from lantu.hazards.services.mark_false_positive import decline_false_positive, mark_false_positive
from lantu.hazards.services.merge import merge
from lantu.hazards.services.open_hazard import open_hazard
from lantu.hazards.services.plan import approve_plan, return_plan, submit_plan
from lantu.hazards.services.recheck_close import recheck_close
from lantu.hazards.services.recheck_return import recheck_return
from lantu.hazards.services.record_hazard import record_hazard
from lantu.hazards.services.regrade import regrade
from lantu.hazards.services.reopen import reopen
from lantu.hazards.services.report_hazard import report_hazard
from lantu.hazards.services.stop_work import ask_resume, order_resume, order_stop
from lantu.hazards.services.submit_reply import submit_reply
from lantu.hazards.services.supervisor_confirm import supervisor_confirm
from lantu.hazards.services.supervisor_return import supervisor_return
from lantu.hazards.services.transfer import follow_duty, transfer
from lantu.hazards.services.void import void

__all__ = [
    "accept_order", "add_photos", "approve_plan", "ask_extension", "ask_resume", "confirm", "consent_extension",
    "decide_dispute", "decide_extension", "decline_false_positive", "delist", "dispute", "do_look_back",
    "follow_duty", "follow_false_alert", "issue_order", "list_hazard", "make_document", "mark_false_positive", "merge", "note_cleared",
    "note_recurred", "open_hazard", "open_look_back", "open_look_backs", "order_resume", "order_stop", "raise_grade",
    "recheck_close", "recheck_return", "record_hazard", "regrade", "reopen", "report_hazard", "return_plan",
    "submit_plan", "submit_reply", "supervisor_confirm", "supervisor_return", "transfer", "void",
]  # fmt: skip
