"""Everything that changes a checklist."""

from lantu.lifecycle.checklists.services.drafting import change_item, create_checklist, put_items
from lantu.lifecycle.checklists.services.issuing import (
    ask_adjustment,
    issue_checklist,
    send_back_checklist,
    sign_checklist,
    submit_checklist,
    withdraw_checklist,
)

__all__ = [
    "ask_adjustment", "change_item", "create_checklist", "issue_checklist", "put_items", "send_back_checklist",
    "sign_checklist", "submit_checklist", "withdraw_checklist",
]  # fmt: skip
