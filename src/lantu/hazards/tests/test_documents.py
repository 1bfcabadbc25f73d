"""Official papers: every kind, Word and PDF, one version per wording, and what they say."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from lantu.core import paper_fonts as fonts
from lantu.core.refusals import Refused
from lantu.hazards import services as s
from lantu.hazards.documents.facts import fingerprint, ready_kinds
from lantu.hazards.models import Document
from lantu.hazards.states import HazardState as S
from lantu.hazards.tests.grave import listed, major_at
from lantu.hazards.tests.site import HOUR, NOW, hazard_at

BASE = "https://lantu.example"


def _make(hazard: Any, kind: str, by: Any, *, now: Any = NOW + HOUR) -> Any:
    return s.make_document(hazard, kind=kind, by=by, now=now, base_url=BASE)


def _bytes(evidence: Any) -> bytes:
    with evidence.original.open("rb") as file:
        return bytes(file.read())


def test_every_paper_of_a_major_hazard(cast: Any, site_project: Any) -> None:
    hazard = major_at("resumed", cast, site_project)
    listed(hazard, cast)
    s.delist(hazard, by=cast.officer, now=NOW + 2 * HOUR, document_no="德安督验〔2026〕2号", note="验收合格")
    s.recheck_close(hazard, by=cast.inspector, now=NOW + 3 * HOUR, experts="薛教授 山东工程咨询院")
    hazard.refresh_from_db()
    assert ready_kinds(hazard) == list(Document.Kind)
    for kind in Document.Kind:
        made = _make(hazard, kind, cast.officer)
        word = zipfile.ZipFile(io.BytesIO(_bytes(made.word))).read("word/document.xml").decode()
        assert made.facts["title"] in word
        assert made.content_sha256 in word
        assert made.pdf is None or _bytes(made.pdf).startswith(b"%PDF-")
        assert (made.pdf is not None) == fonts.can_print()
    order = Document.objects.get(kind="order").facts
    said = dict(order["rows"])
    assert "建质规〔2024〕5号" in said["重大判定依据"]
    assert f"监理单位：{cast.supervisor.organisation.name}" in said["责任各方"]
    assert "薛教授" in dict(Document.objects.get(kind="recheck").facts["rows"])["参加专家"]


def test_the_same_words_are_the_same_version(cast: Any, site_project: Any) -> None:
    hazard = hazard_at(S.ORDERED, cast, site_project)
    first = _make(hazard, "order", cast.officer)
    assert _make(hazard, "order", cast.director, now=NOW + 2 * HOUR) == first
    assert fingerprint(first.facts) == first.content_sha256
    s.accept_order(hazard, by=cast.contractor, now=NOW + 3 * HOUR)
    second = _make(hazard, "order", cast.officer, now=NOW + 4 * HOUR)
    assert (second.version, Document.objects.count()) == (2, 2)
    assert second.word_id != first.word_id
    first.refresh_from_db()
    assert _bytes(first.word)


def test_no_paper_before_its_step_and_none_for_strangers(cast: Any, site_project: Any) -> None:
    hazard = hazard_at(S.CONFIRMED, cast, site_project)
    with pytest.raises(Refused, match="没有可生成"):
        _make(hazard, "order", cast.officer)
    with pytest.raises(Refused, match="没有这种"):
        _make(hazard, "poem", cast.officer)
    with pytest.raises(Refused):
        _make(hazard_at(S.ORDERED, cast, site_project), "order", cast.auditor)


def test_pages_of_papers_and_the_poster(cast: Any, site_project: Any, client: Any) -> None:
    hazard = hazard_at(S.CLOSED, cast, site_project)
    client.force_login(cast.officer)
    address = f"/hazards/{hazard.pk}/documents/"
    assert client.post(address, {"kind": "closing"}).status_code == 302
    page = client.get(address).content.decode()
    assert "隐患销号单" in page
    assert client.post(address, {"kind": "stop"}).status_code == 409
    assert site_project.name in client.get(f"/hazards/poster/{site_project.code}/").content.decode()
    qr = client.get(f"/hazards/poster/{site_project.code}/qr.svg")
    assert qr["Content-Type"] == "image/svg+xml"


def test_missing_fonts_are_named() -> None:
    noto = frozenset({"Noto Serif CJK SC", "Noto Sans CJK SC"})
    assert fonts.can_print(noto)
    assert fonts.missing(noto)["body"] == "仿宋_GB2312"
    assert fonts.choice(noto)["black"] == "Noto Sans CJK SC"
    assert not fonts.can_print(frozenset({"DejaVu Sans"}))
    full = frozenset(names[0] for names in fonts.WANTED.values())
    assert fonts.missing(full) == {}
