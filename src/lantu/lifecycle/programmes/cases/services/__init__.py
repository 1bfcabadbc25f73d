"""Verbs of templates."""

from lantu.lifecycle.programmes.cases.services.deciding import (
    approve_template,
    send_back_template,
    submit_template,
    void_template,
)
from lantu.lifecycle.programmes.cases.services.taking import edit_template, take_template
from lantu.lifecycle.programmes.cases.services.using import Preview, foresee_use, use_template

__all__ = [
    "Preview",
    "approve_template",
    "edit_template",
    "foresee_use",
    "send_back_template",
    "submit_template",
    "take_template",
    "use_template",
    "void_template",
]
