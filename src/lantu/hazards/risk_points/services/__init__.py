"""One verb per function: each is one transaction, one lock, one event."""

from lantu.hazards.risk_points.services.checking import check_point, finish_round
from lantu.hazards.risk_points.services.controlling import (
    close_point,
    control_point,
    reassess_point,
    void_point,
)
from lantu.hazards.risk_points.services.patrols import open_due_rounds, plan_patrol, stop_patrol
from lantu.hazards.risk_points.services.reviewing import review_point, send_back_point, submit_point
from lantu.hazards.risk_points.services.schemes import record_scheme
from lantu.hazards.risk_points.services.writing import change_point, create_point

__all__ = [
    "change_point", "check_point", "close_point", "control_point", "create_point", "finish_round", "open_due_rounds",
    "plan_patrol", "reassess_point", "record_scheme", "review_point", "send_back_point", "stop_patrol", "submit_point",
    "void_point",
]  # fmt: skip
