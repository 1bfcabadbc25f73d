"""Pages of the rule desk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lantu.accounts.models import User
from lantu.accounts.permissions import may, require
from lantu.core.refusals import Missing, Refused
from lantu.monitoring.rules.desk.forms import RuleForm
from lantu.monitoring.rules.desk.models import RulePreview, RuleProposal
from lantu.monitoring.rules.desk.replay import can_be_replayed
from lantu.monitoring.rules.desk.selectors import (
    channel_labels,
    firing_chart,
    get_proposal,
    get_rule,
    open_proposals,
    version_records,
)
from lantu.monitoring.rules.desk.services.decide import approve, send_back, submit, withdraw
from lantu.monitoring.rules.desk.services.preview import DAYS, ask_preview
from lantu.monitoring.rules.desk.services.propose import newest_version, propose, revise
from lantu.monitoring.rules.desk.states import OPEN_STATES, PreviewState, ProposalState
from lantu.monitoring.rules.desk.wording import differences, hours_in_words, scope_in_words, wording_of
from lantu.monitoring.rules.selectors import rules_with_precision
from lantu.monitoring.rules.services.load_rules import fingerprint_of

BUSY = (PreviewState.QUEUED, PreviewState.RUNNING)
SPANS = (7, 30, 90)


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """Rules in force with basis, version, dates, and how often they were wrong."""
    require(request.user, "monitoring.read")
    return render(
        request,
        "monitoring/rules.html",
        {
            "rows": rules_with_precision(day=timezone.localdate()),
            "labels": channel_labels(),
            "proposals": open_proposals() if may(request.user, "monitoring.read_proposal") else (),
        },
    )


@require_GET
def rule(request: HttpRequest, code: str) -> HttpResponse:
    """One rule: what it says, its versions and how each did, two of them compared."""
    require(request.user, "monitoring.read")
    found = get_rule(code)
    records = version_records(found)
    if not records:
        raise Missing("monitoring.rule_unknown", _("这条规则还没有版本。"))
    by_number = {str(record.version.version): record.version for record in records}
    newest = records[0].version
    new = by_number.get(request.GET.get("new", ""), newest)
    old = by_number.get(request.GET.get("old", ""), records[min(1, len(records) - 1)].version)
    today = timezone.localdate()
    in_force = next(
        (r.version for r in records if r.version.effective_from <= today and (r.version.effective_to is None or r.version.effective_to >= today)),
        newest,
    )  # fmt: skip
    proposals = found.proposals.select_related("proposed_by", "decided_by", "version")[:20]
    context = {
        "rule": found,
        "version": in_force,
        "hours": hours_in_words(in_force.start_min, in_force.end_min),
        "scope": scope_in_words(in_force.scope),
        "channel": channel_labels().get(found.param, found.param),
        "records": records,
        "old": old,
        "new": new,
        "changes": differences(wording_of(old), wording_of(new)) if old != new else [],
        "proposals": proposals,
        "open": next((item for item in proposals if item.is_open), None),
        "may_propose": may(request.user, "monitoring.propose_rule"),
        "may_read": may(request.user, "monitoring.read_proposal"),
        "today": today,
    }
    return render(request, "monitoring/rule.html", context)


@require_http_methods(["GET", "POST"])
def new_proposal(request: HttpRequest, code: str) -> HttpResponse:
    """The editor, starting from the newest version."""
    require(request.user, "monitoring.propose_rule")
    found = get_rule(code)
    base = newest_version(found)
    form = RuleForm(
        request.POST or None,
        base=base,
        wording=wording_of(base),
        initial={"effective_from": timezone.localdate() + timedelta(days=1)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = propose(
                found,
                changes=form.changes(),
                effective_from=form.effective,
                why=form.cleaned_data["why"],
                now=timezone.now(),
                actor=_person(request),
            )
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("草案已保存。请先回放，看过结果再提交。"))
            return HttpResponseRedirect(made.get_absolute_url())
    return _editor(request, form, rule=found, back=reverse("monitoring:rule", args=[found.code]))


@require_http_methods(["GET", "POST"])
def edit_proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """The editor on a draft."""
    require(request.user, "monitoring.propose_rule")
    proposal = get_proposal(pk)
    form = RuleForm(
        request.POST or None,
        base=proposal.base,
        wording=proposal.wording,
        initial={"effective_from": proposal.effective_from, "why": proposal.why},
    )
    if request.method == "POST" and form.is_valid():
        try:
            revise(
                proposal,
                changes=form.changes(),
                effective_from=form.effective,
                why=form.cleaned_data["why"],
                now=timezone.now(),
                actor=_person(request),
            )
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
        else:
            messages.success(request, _("草案已保存。内容变了，请重新回放。"))
            return HttpResponseRedirect(proposal.get_absolute_url())
    return _editor(request, form, rule=proposal.rule, back=proposal.get_absolute_url())


def _editor(request: HttpRequest, form: RuleForm, **more: Any) -> HttpResponse:
    return render(
        request,
        "monitoring/rule_editor.html",
        {"form": form, "base": form.base, **more},
        status=422 if form.errors else 200,
    )


@require_GET
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal: what changes, what it would have done, who decides by when."""
    require(request.user, "monitoring.read_proposal")
    found = get_proposal(pk)
    preview = found.previews.first()
    context = {
        "proposal": found,
        "changes": differences(wording_of(found.base), found.wording),
        "preview": preview,
        "preview_busy": preview is not None and preview.state in BUSY,
        "preview_current": preview is not None and preview.fingerprint == fingerprint_of(found.wording),
        "replayable": can_be_replayed(found.wording["kind"]),
        "spans": SPANS,
        "false_lost": sum(1 for row in preview.lost if row["state"] == "false_positive") if preview else 0,
        "duty": found.duty if found.is_open else None,
        **_offers(found, _person(request)),
    }
    fragment = request.headers.get("HX-Target") == "rule-preview"
    return render(
        request, "monitoring/_rule_preview.html" if fragment else "monitoring/rule_proposal.html", context
    )


def _offers(found: RuleProposal, person: User) -> dict[str, bool]:
    """What this person may do with it now."""
    mine = found.proposed_by_id == person.pk
    draft, waiting = found.state == ProposalState.DRAFT, found.state == ProposalState.SUBMITTED
    return {
        "may_edit": draft and mine and may(person, "monitoring.propose_rule"),
        "may_withdraw": found.state in OPEN_STATES and mine,
        "may_decide": waiting and not mine and may(person, "monitoring.approve_rule"),
        "may_preview": found.state in OPEN_STATES
        and (may(person, "monitoring.propose_rule") or may(person, "monitoring.approve_rule")),
    }


@require_POST
def proposal_act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """preview | submit | approve | return | withdraw."""
    found = get_proposal(pk)
    now, person = timezone.now(), _person(request)
    note = request.POST.get("note", "")
    require(person, "monitoring.approve_rule" if verb in ("approve", "return") else "monitoring.propose_rule")
    if verb == "preview":
        days = request.POST.get("days", "")
        made = ask_preview(
            found, now=now, actor=person, days=int(days) if days.isascii() and days.isdigit() else DAYS
        )
        if made.state == PreviewState.DONE:
            messages.success(request, _("回放完成：会触发 %(count)s 次。") % {"count": made.fired})
    elif verb == "submit":
        submit(found, now=now, actor=person)
        messages.success(request, _("已提交，等待第二人批准。"))
    elif verb == "approve":
        done = approve(found, note=note, now=now, actor=person)
        messages.success(request, _("已批准，自 %(day)s 起生效。") % {"day": done.effective_from})
    elif verb == "return":
        send_back(found, note=note, now=now, actor=person)
        messages.success(request, _("已退回提出人。"))
    elif verb == "withdraw":
        withdraw(found, note=note, now=now, actor=person)
        messages.success(request, _("已撤回。"))
    else:
        raise Missing("monitoring.no_such_verb", _("没有这个操作。"))
    return HttpResponseRedirect(found.get_absolute_url())


@require_GET
def firing(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Chart spec of one firing of a replay."""
    require(request.user, "monitoring.read_proposal")
    preview = RulePreview.objects.select_related("proposal__rule").filter(pk=pk if pk < 2**63 else 0).first()
    if preview is None or number >= len(preview.rows):
        raise Missing("monitoring.firing_unknown", _("没有这次试算触发。"))
    return JsonResponse(firing_chart(preview, preview.rows[number]))
