"""Forms of the verbs on a duty. They parse; the services decide."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lantu.accounts.forms import Styled
from lantu.accounts.models import User
from lantu.duties.models import ClockStop
from lantu.duties.services.bounce import BounceReason

_MOMENT = "%Y-%m-%dT%H:%M"


class PersonField(forms.ModelChoiceField):
    """A person, shown with unit and office."""

    def label_from_instance(self, obj: Any) -> str:
        return " · ".join(part for part in (str(obj.organisation or ""), str(obj), obj.title) if part)


def _moment(label: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        input_formats=[_MOMENT, "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT),
    )


def _reason(label: Any, *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=300, required=required, widget=forms.Textarea(attrs={"rows": 3})
    )


class VerbForm(Styled, forms.Form):
    """``people`` fills the choice of persons, where there is one."""

    def __init__(self, *args: Any, people: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "to" in self.fields:
            self.fields["to"].queryset = User.objects.none() if people is None else people  # type: ignore[attr-defined]


class HandOverForm(VerbForm):
    to = PersonField(User.objects.none(), label=_("移交给"))
    reason = _reason(_("移交原因"))


class BounceForm(VerbForm):
    code = forms.ChoiceField(label=_("退回理由"), choices=BounceReason.choices)
    to = PersonField(User.objects.none(), label=_("建议承办人"))
    reason = _reason(_("说明及依据"))


class ArbitrateForm(VerbForm):
    to = PersonField(User.objects.none(), label=_("裁定由谁承办"))
    reason = _reason(_("裁定理由"))


class AskStopForm(VerbForm):
    code = forms.ChoiceField(label=_("停钟理由"), choices=ClockStop.Reason.choices)
    expected_until = _moment(_("预计恢复时间"))
    note = _reason(_("说明及依据"))


class AskExtensionForm(VerbForm):
    wanted_due_at = _moment(_("延期至"))
    reason = _reason(_("延期理由和进展"))


class DecideForm(VerbForm):
    granted = forms.ChoiceField(label=_("决定"), choices=[("yes", _("同意")), ("no", _("不同意"))])
    reason = _reason(_("意见（不同意须写明理由）"), required=False)


class ResumeForm(VerbForm):
    reason = _reason(_("说明"), required=False)


class UrgeForm(VerbForm):
    reason = _reason(_("催办要求"))
