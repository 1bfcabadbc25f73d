"""Everything that changes a month."""

from lantu.lifecycle.checklists.appraisal.services.adjusting import decide_adjustment, propose_adjustment
from lantu.lifecycle.checklists.appraisal.services.appeals import appeal, decide_appeal
from lantu.lifecycle.checklists.appraisal.services.freezing import correct_fact, freeze_month
from lantu.lifecycle.checklists.appraisal.services.opening import open_month
from lantu.lifecycle.checklists.appraisal.services.passing_on import bounce_item, hand_over_item
from lantu.lifecycle.checklists.appraisal.services.photos import add_photo
from lantu.lifecycle.checklists.appraisal.services.publishing import publish_month
from lantu.lifecycle.checklists.appraisal.services.reporting import Change, report_sheet
from lantu.lifecycle.checklists.appraisal.services.reviewing import answer_question, start_review
from lantu.lifecycle.checklists.appraisal.services.scoring import score_month
from lantu.lifecycle.checklists.appraisal.services.verifying import Decision, verify_sheet, visit_sheet

__all__ = [
    "Change", "Decision", "add_photo", "answer_question", "appeal", "bounce_item", "correct_fact", "decide_adjustment",
    "decide_appeal", "freeze_month", "hand_over_item", "open_month", "propose_adjustment", "publish_month",
    "report_sheet", "score_month", "start_review", "verify_sheet", "visit_sheet",
]  # fmt: skip
