"""Verbs of bulletins and copies."""

from lantu.lifecycle.reports.services.bulletins import (
    edit_foreword,
    issue_bulletin,
    prepare_bulletin,
    prepare_due_bulletin,
    send_back_bulletin,
    submit_bulletin,
    void_bulletin,
)
from lantu.lifecycle.reports.services.copies import keep_one_pager
from lantu.lifecycle.reports.services.files import make_file

__all__ = [
    "edit_foreword",
    "issue_bulletin",
    "keep_one_pager",
    "make_file",
    "prepare_bulletin",
    "prepare_due_bulletin",
    "send_back_bulletin",
    "submit_bulletin",
    "void_bulletin",
]
