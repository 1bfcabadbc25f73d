"""Typeset a copy as Word or PDF when somebody first asks for it, and keep the file."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.core import paper_fonts as fonts
from lantu.core.refusals import Refused, Unacceptable
from lantu.core.services.emit import emit
from lantu.lifecycle.reports.events import FileMade
from lantu.lifecycle.reports.models import ReportCopy, ReportFile
from lantu.lifecycle.reports.papers.pdf import draw_charts, render_pdf
from lantu.lifecycle.reports.papers.word import render_word

FORMS, LANGUAGES = ("docx", "pdf"), ("zh-hans", "en")


@transaction.atomic
def make_file(
    copy: ReportCopy, *, form: str, language: str, by: User, now: datetime, base_url: str
) -> ReportFile:
    """The stored file, or a new one. ``base_url``: "https://host", before the addresses of the figures' rows.

    Whoever may read the copy may have it typeset: it says nothing else. Raises Refused where the machine has no Chinese
    font for a PDF.
    """
    if form not in FORMS or language not in LANGUAGES:
        raise Unacceptable(
            "reports.unknown_form", _("没有这种格式。"), remedy=_("可选 docx、pdf。"), field="form"
        )
    copy = ReportCopy.objects.select_for_update(of=("self",)).select_related("bulletin").get(pk=copy.pk)
    found = copy.files.filter(form=form, language=language).first()
    if found is not None:
        return found
    if copy.bulletin is not None and not copy.bulletin.number:
        raise Refused(
            "reports.not_issued",
            _("通报还没有签发，没有文号，不能生成文件。"),
            remedy=_("签发前请在页面上预览或打印。"),
        )
    if form == "pdf" and not fonts.can_print():
        raise Refused(
            "reports.no_fonts",
            _("本机没有中文字体，不能生成 PDF。"),
            remedy=_("请下载 Word，或由系统管理员安装中文字体。"),
            status=409,
        )
    facts = copy.facts if language == "zh-hans" else copy.facts_en
    printed = facts | {
        "number": copy.bulletin.number if copy.bulletin else "",
        "version": copy.version,
        "sha256": copy.sha256,
        "base_url": base_url.rstrip("/"),
        "issued": True,
    }
    content = render_pdf(printed) if form == "pdf" else render_word(printed, pictures=draw_charts(printed))
    digest = hashlib.sha256(content).hexdigest()
    made = ReportFile(
        copy=copy,
        form=form,
        language=language,
        fonts={"used": fonts.choice(), "missing": fonts.missing()},
        sha256=digest,
        made_at=now,
    )
    made.content.save(f"{copy.kind}-{copy.pk}-{language}.{form}", ContentFile(content), save=False)
    made.save(force_insert=True)
    emit(
        FileMade(project_id=copy.project_id, subject_id=copy.pk, form=form, language=language, sha256=digest),
        actor=by,
        at=now,
    )
    return made
