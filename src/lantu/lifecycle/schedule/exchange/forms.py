"""What a sender states beside the file."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from lantu.lifecycle.schedule.exchange.texts import ENCODINGS

NAMES = {
    "utf-8": "UTF-8",
    "gb18030": _("简体中文 GB 18030（GBK）"),
    "big5": _("繁体中文 Big5"),
    "cp1252": _("西欧 Windows-1252"),
    "cp1250": _("中欧 Windows-1250"),
    "cp1251": _("俄文 Windows-1251"),
    "cp1256": _("阿拉伯文 Windows-1256"),
    "shift_jis": _("日文 Shift-JIS"),
    "cp949": _("韩文 CP949"),
    "utf-16": "UTF-16",
}
ACCEPT = ".xer,.xml,.pmxml,.mpp,.mpx,.xlsx"


class ScheduleFileForm(forms.Form):
    """One file and how to read it."""

    file = forms.FileField(
        label=_("进度计划文件"),
        help_text=_("P6 的 XER 或 XML、Project 的 XML 或 MPP、本平台的表格；最大 120 MB。"),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT, "class": "form-control"}),
    )
    encoding = forms.ChoiceField(
        label=_("文字编码"),
        required=False,
        choices=[("", _("自动判断")), *((code, NAMES[code]) for code in ENCODINGS)],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    unended = forms.BooleanField(
        label=_("来源软件不写结束标记"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
