"""Pages of checklists: the project's tab, one version, one item, the difference between versions, import."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lantu.accounts.event_words import event_name
from lantu.accounts.models import User
from lantu.accounts.permissions import may, require
from lantu.core.refusals import Missing, Refused, Unacceptable
from lantu.lifecycle.checklists import forms, selectors, services
from lantu.lifecycle.checklists.appraisal.models import ChecklistCorrection, ChecklistQuestion
from lantu.lifecycle.checklists.appraisal.words import word_of
from lantu.lifecycle.checklists.diffing import difference
from lantu.lifecycle.checklists.imports.columns import all_keys
from lantu.lifecycle.checklists.imports.services import (
    apply_import,
    change_mapping,
    mapping_choices,
    preview_import,
    reading_of,
)
from lantu.lifecycle.checklists.models import Checklist
from lantu.lifecycle.checklists.months import months_of, rules
from lantu.lifecycle.checklists.sources import source_choices
from lantu.lifecycle.checklists.states import CLOSED_STATES, EDITABLE, ChecklistState
from lantu.projects.selectors import get_visible

READ = "lifecycle.checklists_read"
EDIT = "lifecycle.checklists_edit"
MOST_BYTES = 20 * 1024 * 1024


@require_GET
def project_tab(request: HttpRequest, code: str) -> HttpResponse:
    """The checklist of a project and year: the one in force, else the one in preparation."""
    require(request.user, READ)
    project = get_visible(request.user, code)
    year = forms.whole(request.GET, "year") or timezone.localdate().year
    versions = selectors.of_project(project, year)
    shown = selectors.shown_of(versions)
    if shown is not None:
        return _show(request, shown, versions)
    return render(
        request,
        "lifecycle/checklists/none.html",
        {"project": project, "year": year, "may_edit": may(request.user, EDIT, project)},
    )


@require_GET
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One version."""
    require(request.user, READ)
    checklist = selectors.get_checklist(request.user, pk)
    return _show(request, checklist, selectors.of_project(checklist.project, checklist.year))


def _show(request: HttpRequest, checklist: Checklist, versions: list[Checklist]) -> HttpResponse:
    user: Any = request.user
    waiting = checklist.signatures.filter(closed_at=None)
    rows = selectors.tree_of(checklist)
    return render(
        request,
        "lifecycle/checklists/detail.html",
        {
            "checklist": checklist,
            "project": checklist.project,
            "versions": versions,
            "rows": rows,
            "leaves": sum(not row.item.is_group for row in rows),
            "months": months_of(checklist.year),
            "signatures": checklist.signatures.select_related("unit", "person"),
            "my_signature": waiting.filter(duty__holder=user).first(),
            "may_edit": may(user, EDIT, checklist.project),
            "may_issue": may(user, "lifecycle.checklists_issue", checklist.project),
            "editable": checklist.state in EDITABLE,
            "signing": checklist.state == ChecklistState.SIGNING,
            "in_force": checklist.state == ChecklistState.IN_FORCE,
            "is_open": checklist.state not in CLOSED_STATES,
            "events": [(event, event_name(event.kind)) for event in selectors.events_of(checklist)[:8]],
        },
    )


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, code: str) -> HttpResponse:
    """Begin a checklist by importing the table that the bureau already has."""
    user: Any = request.user
    require(user, READ)
    project = get_visible(user, code)
    require(user, EDIT, project)
    refusal = None
    if request.method == "POST":
        file = request.FILES.get("file")
        year = forms.whole(request.POST, "year") or timezone.localdate().year
        try:
            if file is None or (file.size or 0) > MOST_BYTES:
                raise Unacceptable(
                    "checklists.no_file", _("请选择不超过 20 MB 的 Word 或 Excel 文件。"), field="file"
                )
            run = preview_import(
                project=project,
                year=year,
                content=file.read(),
                name=file.name or "",
                by=user,
                now=timezone.now(),
            )
        except Refused as refused:
            if refused.status in {403, 404}:
                raise
            refusal = refused
        else:
            return HttpResponseRedirect(run.get_absolute_url())
    return render(
        request,
        "lifecycle/checklists/new.html",
        {"project": project, "year": timezone.localdate().year, "refusal": refusal},
        status=refusal.status if refusal else 200,
    )


@require_http_methods(["GET", "POST"])
def imported(request: HttpRequest, pk: int) -> HttpResponse:
    """The preview: what each column is taken for, what does not fit, and the confirmation."""
    user: Any = request.user
    require(user, READ)
    run = selectors.get_import(user, pk)
    require(user, EDIT, run.project)
    if request.method == "POST":
        if "confirm" in request.POST:
            made = apply_import(run, by=user, now=timezone.now())
            messages.success(request, _("已导入清单草稿。"))
            return HttpResponseRedirect(made.get_absolute_url())
        keys = {str(index): request.POST.get(f"column_{index}", "") for index in range(len(run.headings))}
        run = change_mapping(run, mapping=keys, by=user)
    return render(
        request,
        "lifecycle/checklists/import.html",
        {
            "run": run,
            "columns": mapping_choices(run),
            "keys": all_keys(),
            "rows": [row for row in reading_of(run).rows if not row.is_group],
        },
    )


@require_GET
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """What this version changes against the one that it replaces."""
    require(request.user, READ)
    checklist = selectors.get_checklist(request.user, pk)
    if checklist.replaces is None:
        raise Missing("checklists.first_version", _("这是第一版，没有可以比较的上一版。"))
    return render(
        request,
        "lifecycle/checklists/compare.html",
        {"checklist": checklist, "rows": difference(checklist.replaces, checklist)},
    )


@require_POST
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Submit, sign, object, send back, issue, ask for an adjustment, withdraw."""
    user: Any = request.user
    checklist = selectors.get_checklist(user, pk)
    now, reason = timezone.now(), request.POST.get("reason", "")
    seen = forms.whole(request.POST, "edited_no") or None
    match verb:
        case "submit":
            services.submit_checklist(checklist, by=user, now=now, edited_no=seen)
            said = _("已送各责任单位会签。")
        case "sign":
            services.sign_checklist(checklist, by=user, now=now, agreed=True, note=reason)
            said = _("已会签。")
        case "object":
            services.sign_checklist(checklist, by=user, now=now, agreed=False, note=reason)
            said = _("已提出异议，清单退回修改。")
        case "send_back":
            services.send_back_checklist(checklist, by=user, now=now, reason=reason)
            said = _("已退回修改。")
        case "issue":
            services.issue_checklist(checklist, by=user, now=now, edited_no=seen)
            said = _("已下达。")
        case "adjust":
            checklist = services.ask_adjustment(checklist, by=user, now=now, reason=reason)
            said = _("已生成新版本，修改后送会签；现行版本继续有效。")
        case "withdraw":
            services.withdraw_checklist(checklist, by=user, now=now, reason=reason)
            said = _("已撤回。")
        case _:
            raise Missing("checklists.unknown_verb", _("没有这个操作。"))
    messages.success(request, said)
    return HttpResponseRedirect(checklist.get_absolute_url())


@require_http_methods(["GET", "POST"])
def item(request: HttpRequest, pk: int, item: int) -> HttpResponse:
    """One leaf: what done means, who owes and who verifies it, its twelve months; in a draft it can be changed."""
    user: Any = request.user
    require(user, READ)
    found = selectors.get_item(user, pk, item)
    checklist = found.checklist
    refusal = None
    if request.method == "POST":
        try:
            services.change_item(
                checklist, code=found.code, values=forms.item_values(request.POST), by=user, now=timezone.now(),
                edited_no=forms.whole(request.POST, "edited_no"),
            )  # fmt: skip
        except Refused as refused:
            if refused.status in {403, 404}:
                raise
            refusal = refused
        else:
            messages.success(request, _("已修改。"))
            return HttpResponseRedirect(reverse("lifecycle:checklists_item", args=[pk, item]))
    row = next(row for row in selectors.tree_of(checklist) if row.item.pk == found.pk)
    facts = [cell.fact for cell in row.cells if cell.fact is not None]
    return render(
        request,
        "lifecycle/checklists/item.html",
        {
            "item": found,
            "checklist": checklist,
            "row": row,
            "facts": facts,
            "questions": list(ChecklistQuestion.objects.filter(fact__in=facts).select_related("person", "fact__run")),
            "corrections": list(ChecklistCorrection.objects.filter(fact__in=facts).select_related("made_by", "fact__run")),
            "editable": checklist.state in EDITABLE and may(user, EDIT, checklist.project),
            "people": _people_of(checklist) if checklist.state in EDITABLE else [],
            "evidence_types": [(one.key, word_of(one)) for one in rules().evidence_types.values()],
            "evidence": {one.key: word_of(one) for one in rules().evidence_types.values()}.get(found.evidence_type, ""),
            "sources": source_choices(),
            "source_label": dict(source_choices()).get(found.source, ""),
            "refusal": refusal,
        },
        status=refusal.status if refusal else 200,
    )  # fmt: skip


def _people_of(checklist: Checklist) -> list[User]:
    """Those whom an item may name: people of the parties and of the bureau, and whoever stands in the list already."""
    units = {party.organisation_id for party in checklist.project.parties.all()}
    named = set(checklist.items.exclude(owner=None).values_list("owner", flat=True))
    named |= set(checklist.items.exclude(verifier=None).values_list("verifier", flat=True))
    people = User.objects.filter(is_active=True, organisation__isnull=False).select_related("organisation")
    found = (
        people.filter(organisation__in=units)
        | people.filter(pk__in=named)
        | people.filter(organisation__kind="bureau")
    )
    return list(found.distinct().order_by("organisation_id", "display_name")[:300])
