"""Samples of programmes, templates and reports for the access table. All of them are of the site."""

from __future__ import annotations

from datetime import date
from typing import Any

from lantu.lifecycle.programmes.cases import services as cases
from lantu.lifecycle.programmes.models import ProgrammeGoal
from lantu.lifecycle.programmes.tests.stories import in_force
from lantu.lifecycle.reports import services as reports
from lantu.projects.models import Project
from tests.cast import NOW


def programme_samples(cast: Any, site: Any) -> dict[str, Any]:
    """A programme in force, its milestone, a template to be approved, a bulletin to be signed, a kept one-pager."""
    programme = in_force(cast, site)
    bulletin = reports.prepare_bulletin(
        month=date(2026, 4, 1), prepared_by=cast.officer, signer=cast.director, by=cast.officer, now=NOW
    )
    # A template is made of a finished project; the site is finished for as long as that takes.
    Project.objects.filter(pk=site.pk).update(
        actual_start_on=date(2025, 3, 3), actual_finish_on=date(2026, 5, 29)
    )
    template = cases.take_template(
        Project.objects.get(pk=site.pk),
        name="产业园建设经验",
        approver=cast.director,
        by=cast.officer,
        now=NOW,
    )
    template = cases.submit_template(template, by=cast.officer, now=NOW)
    template = cases.approve_template(template, by=cast.director, now=NOW)
    Project.objects.filter(pk=site.pk).update(actual_start_on=None, actual_finish_on=None)
    return {
        "programme": programme,
        "programme_milestone": programme.milestones.get(),
        "programme_goal": ProgrammeGoal.objects.get(programme=programme),
        "programme_member": programme.members.get(),
        "case_template": template,
        "bulletin": reports.submit_bulletin(bulletin, by=cast.officer, now=NOW),
        "one_pager": reports.keep_one_pager(site, by=cast.officer, now=NOW),
    }


def programme_pages() -> dict[str, Any]:
    """Page name → values of its address."""
    return {
        **{
            f"lifecycle:programmes_{name}": lambda w: {"pk": w.programme.pk, "verb": "submit"}
            for name in ("detail", "edit", "act", "map", "paper")
        },
        **{
            f"lifecycle:programmes_{name}": lambda w: {"pk": w.programme_milestone.pk, "verb": "report"}
            for name in ("milestone", "milestone_act")
        },
        **{
            f"lifecycle:cases_{name}": lambda w: {"pk": w.case_template.pk, "verb": "void"}
            for name in ("detail", "act", "use")
        },
        **{
            f"lifecycle:reports_{name}": lambda w: {"pk": w.bulletin.pk, "verb": "issue"}
            for name in ("bulletin", "bulletin_act")
        },
        **{
            f"lifecycle:reports_{name}": lambda w: {"pk": w.one_pager.pk, "form": "docx"}
            for name in ("copy", "file")
        },
        "lifecycle:reports_project": lambda w: {"code": w.site.code},
    }


def programme_operations() -> dict[str, Any]:
    """Beginning of a path of the API → values of its address."""
    return {
        "/programmes/milestones/": lambda w: {"pk": w.programme_milestone.pk},
        "/programmes/": lambda w: {
            "pk": w.programme.pk,
            "member": w.programme_member.pk,
            "goal": w.programme_goal.pk,
        },
        "/cases/": lambda w: {"pk": w.case_template.pk},
        "/reports/copies/": lambda w: {"pk": w.one_pager.pk},
        "/reports/projects/": lambda w: {"code": w.site.code},
        "/reports/": lambda w: {"pk": w.bulletin.pk},
    }


def programme_bodies() -> dict[str, Any]:
    """Operation → body, where the document cannot say enough for a sample."""
    return {
        "POST /programmes": lambda w: {
            "name": "城市更新三年行动计划", "starts_on": "2026-01-01", "finishes_on": "2028-12-31",
            "lead_unit": w.organisation.pk, "steward": "owner", "approver": "vicemayor",
        },
        "POST /programmes/{pk}/members": lambda w: {
            "projects": [w.site.code], "lane": "build", "on": "2026-06-01", "reason": "滚动纳入"
        },
        "POST /programmes/{pk}/milestones": lambda w: {
            "name": "通水", "lane": "build", "done_when": "水质合格", "due_on": "2026-12-01", "owner": "owner"
        },
        "POST /cases": lambda w: {"project": w.site.code, "name": "产业园经验", "approver": "director"},
        "POST /cases/{pk}/preview": lambda w: {"project": w.site.code, "starts_on": date.today().isoformat()},
        "POST /cases/{pk}/use": lambda w: {
            "project": w.site.code, "starts_on": date.today().isoformat(), "parts": ["gates"], "preview_sha256": "x"
        },
        "POST /reports": lambda w: {"month": "2026-03-01", "signer": "vicemayor"},
    }  # fmt: skip
