"""Verbs of programmes."""

from lantu.lifecycle.programmes.services.checking import check_month
from lantu.lifecycle.programmes.services.deciding import (
    approve_programme,
    finish_programme,
    send_back_programme,
    submit_programme,
    void_programme,
)
from lantu.lifecycle.programmes.services.drafting import draft_programme, edit_programme
from lantu.lifecycle.programmes.services.goals import set_goal, value_goal
from lantu.lifecycle.programmes.services.joining import join_projects, leave_project
from lantu.lifecycle.programmes.services.milestones import (
    add_milestone,
    confirm_milestone,
    drop_milestone,
    move_milestone,
    report_milestone,
    send_back_milestone,
)

__all__ = [
    "add_milestone",
    "approve_programme",
    "check_month",
    "confirm_milestone",
    "draft_programme",
    "drop_milestone",
    "edit_programme",
    "finish_programme",
    "join_projects",
    "leave_project",
    "move_milestone",
    "report_milestone",
    "send_back_milestone",
    "send_back_programme",
    "set_goal",
    "submit_programme",
    "value_goal",
    "void_programme",
]
