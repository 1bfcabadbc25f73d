"""Make an official paper of a hazard, as Word and PDF, kept as evidence. The same words never make two versions."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import segno
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core import paper_fonts as fonts
from lantu.core.models import Evidence
from lantu.core.refusals import Unacceptable
from lantu.core.services.keep_evidence import keep_evidence
from lantu.hazards.documents.facts import facts_of, fingerprint
from lantu.hazards.documents.pdf import render_pdf
from lantu.hazards.documents.word import render_word
from lantu.hazards.events import DocumentMade
from lantu.hazards.models import Document, Hazard
from lantu.hazards.services.passing import lock, tell

DOCUMENT = "hazards.document"


@transaction.atomic
def make_document(hazard: Hazard, *, kind: str, by: User, now: datetime, base_url: str) -> Document:
    """The paper as it would be now; the stored one when it says the same, else a new version beside the old ones.

    ``base_url``: "https://host", for the QR code. Without any Chinese font there is no PDF, and the record says so.
    Raises Refused for an unknown kind or while the step has not been taken; Denied without the right.
    """
    hazard = lock(hazard)
    require(by, "hazards.make_document", hazard.project)
    if kind not in Document.Kind.values:
        raise Unacceptable(
            "hazards.unknown_paper", _("没有这种单据。"), remedy=_("请从列表里选择文种。"), field="kind"
        )
    facts = facts_of(hazard, kind)
    sha256 = fingerprint(facts)
    latest = hazard.documents.filter(kind=kind).order_by("-version").first()
    if latest is not None and latest.content_sha256 == sha256:
        return latest
    version = 1 if latest is None else latest.version + 1
    printed = facts | {
        "version": version,
        "sha256": sha256,
        "made_at": f"{timezone.localtime(now):%Y-%m-%d %H:%M}",
    }
    qr, pictures = _qr(hazard, base_url), _pictures(facts)
    word = render_word(printed, qr=qr, pictures=pictures)
    pdf = render_pdf(printed, qr=qr, pictures=pictures) if fonts.can_print() else None
    pk = _next_pk()
    name = f"{facts['title']}-{facts['number']}-v{version}"

    def keep(content: bytes, extension: str) -> Evidence:
        return keep_evidence(
            file=content,
            name=f"{name}.{extension}",
            project_id=hazard.project_id,
            uploaded_by=by,
            supports_type=DOCUMENT,
            supports_id=pk,
            now=now,
        )

    document = Document.objects.create(
        pk=pk,
        hazard=hazard,
        kind=kind,
        version=version,
        number=facts["number"],
        facts=facts,
        content_sha256=sha256,
        fonts={"used": fonts.choice(), "missing": fonts.missing()},
        made_at=now,
        made_by=by,
        word=keep(word, "docx"),
        pdf=None if pdf is None else keep(pdf, "pdf"),
    )
    tell(DocumentMade, hazard, before=hazard.state, at=now, actor=by, document_id=pk, document_kind=str(kind),
         number=document.number, version=version, content_sha256=sha256)  # fmt: skip
    return document


def _qr(hazard: Hazard, base_url: str) -> bytes:
    out = io.BytesIO()
    address = base_url.rstrip("/") + reverse("hazards:phone_hazard", args=[hazard.pk])
    segno.make(address, error="m").save(out, kind="png", scale=8, border=2)
    return out.getvalue()


def _pictures(facts: dict[str, Any]) -> dict[int, bytes]:
    """The re-encoded photos that the paper shows; a file that is gone leaves its caption out."""
    wanted = [photo["evidence"] for photo in facts["photos"]]
    found = {}
    for evidence in Evidence.objects.filter(pk__in=wanted, voided_at=None).exclude(shown=""):
        with evidence.shown.open("rb") as file:
            found[evidence.pk] = file.read()
    return found


def _next_pk() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('hazards_document', 'id'))")
        return int(cursor.fetchone()[0])
