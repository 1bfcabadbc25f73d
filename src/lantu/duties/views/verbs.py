"""The verbs on a duty, as forms of its page."""

from __future__ import annotations

from typing import Any, TypeVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lantu.accounts.models import User
from lantu.duties import forms
from lantu.duties.models import Duty
from lantu.duties.selectors import get_visible_duty, people_for_handover
from lantu.duties.services.bounce import arbitrate, bounce
from lantu.duties.services.clock_stop import approve_stop, ask_stop, refuse_stop, resume
from lantu.duties.services.extension import ask_extension, decide_extension
from lantu.duties.services.hand_over import hand_over
from lantu.duties.services.urge import urge

FormT = TypeVar("FormT", bound=forms.VerbForm)


def _read(request: HttpRequest, pk: int, form_class: type[FormT]) -> tuple[Duty, User, FormT | None]:
    """The duty, the person, and the valid form; without one, the errors stand as messages."""
    actor: User = request.user  # type: ignore[assignment]
    duty = get_visible_duty(actor, pk)
    form = form_class(request.POST, people=people_for_handover(duty, whole_city=True))
    if form.is_valid():
        return duty, actor, form
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        messages.error(request, f"{label}：{' '.join(str(error) for error in errors)}")
    return duty, actor, None


def _done(request: HttpRequest, pk: int, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("duties:duty", pk)


@require_POST
def duty_hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    duty, actor, form = _read(request, pk, forms.HandOverForm)
    if form is None:
        return redirect("duties:duty", pk)
    given: dict[str, Any] = form.cleaned_data
    moved = hand_over(duty, to=given["to"], reason=given["reason"], now=timezone.now(), actor=actor)
    messages.success(request, _("已移交给 %(name)s。") % {"name": moved.holder})
    return redirect("duties:work")


@require_POST
def duty_bounce(request: HttpRequest, pk: int) -> HttpResponse:
    duty, actor, form = _read(request, pk, forms.BounceForm)
    if form is None:
        return redirect("duties:duty", pk)
    given = form.cleaned_data
    moved = bounce(
        duty, code=given["code"], to=given["to"], reason=given["reason"], now=timezone.now(), actor=actor
    )
    words = _("已报 %(name)s 裁定。") if moved.arbitrating else _("已退回，由 %(name)s 承办。")
    messages.success(request, words % {"name": moved.holder})
    return redirect("duties:work")


@require_POST
def duty_arbitrate(request: HttpRequest, pk: int) -> HttpResponse:
    duty, actor, form = _read(request, pk, forms.ArbitrateForm)
    if form is None:
        return redirect("duties:duty", pk)
    given = form.cleaned_data
    moved = arbitrate(duty, to=given["to"], reason=given["reason"], now=timezone.now(), actor=actor)
    return _done(request, pk, _("已裁定由 %(name)s 承办。") % {"name": moved.holder})


@require_POST
def duty_ask_stop(request: HttpRequest, pk: int) -> HttpResponse:
    duty, actor, form = _read(request, pk, forms.AskStopForm)
    if form is not None:
        ask_stop(duty, **form.cleaned_data, now=timezone.now(), actor=actor)
        return _done(request, pk, _("停钟申请已提交，批准前计时照常。"))
    return redirect("duties:duty", pk)


@require_POST
def duty_decide_stop(request: HttpRequest, pk: int) -> HttpResponse:
    duty, actor, form = _read(request, pk, forms.DecideForm)
    if form is None:
        return redirect("duties:duty", pk)
    if form.cleaned_data["granted"] == "yes":
        approve_stop(duty, now=timezone.now(), actor=actor)
        return _done(request, pk, _("已同意停钟。"))
    refuse_stop(duty, reason=form.cleaned_data["reason"], now=timezone.now(), actor=actor)
    return _done(request, pk, _("未同意停钟，计时照常。"))


@require_POST
def duty_resume(request: HttpRequest, pk: int) -> HttpResponse:
    duty, actor, form = _read(request, pk, forms.ResumeForm)
    if form is not None:
        resume(duty, now=timezone.now(), actor=actor, reason=form.cleaned_data["reason"])
        return _done(request, pk, _("已恢复计时，时限按停钟时长顺延。"))
    return redirect("duties:duty", pk)


@require_POST
def duty_ask_extension(request: HttpRequest, pk: int) -> HttpResponse:
    duty, actor, form = _read(request, pk, forms.AskExtensionForm)
    if form is not None:
        ask_extension(duty, **form.cleaned_data, now=timezone.now(), actor=actor)
        return _done(request, pk, _("延期申请已提交，批准前时限不变。"))
    return redirect("duties:duty", pk)


@require_POST
def duty_decide_extension(request: HttpRequest, pk: int) -> HttpResponse:
    duty, actor, form = _read(request, pk, forms.DecideForm)
    if form is None:
        return redirect("duties:duty", pk)
    granted = form.cleaned_data["granted"] == "yes"
    decide_extension(
        duty, granted=granted, reason=form.cleaned_data["reason"], now=timezone.now(), actor=actor
    )
    return _done(request, pk, _("已同意延期。") if granted else _("未同意延期，时限不变。"))


@require_POST
def duty_urge(request: HttpRequest, pk: int) -> HttpResponse:
    duty, actor, form = _read(request, pk, forms.UrgeForm)
    if form is not None:
        urge(duty, reason=form.cleaned_data["reason"], now=timezone.now(), actor=actor)
        return _done(request, pk, _("已催办，责任人、其单位负责人和局领导均已收到。"))
    return redirect("duties:duty", pk)
