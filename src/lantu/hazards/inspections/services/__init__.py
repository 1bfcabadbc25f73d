"""One verb per function: each is one transaction, one lock, one event."""

from lantu.hazards.inspections.services.drawing import draw_inspections
from lantu.hazards.inspections.services.filling import add_photos, fill_table, pin_photo
from lantu.hazards.inspections.services.finishing import (
    finish_inspection,
    send_back_inspection,
    sign_inspection,
)
from lantu.hazards.inspections.services.planning import plan_inspection, start_inspection, void_inspection

__all__ = [
    "add_photos", "draw_inspections", "fill_table", "finish_inspection", "pin_photo", "plan_inspection",
    "send_back_inspection", "sign_inspection", "start_inspection", "void_inspection",
]  # fmt: skip
