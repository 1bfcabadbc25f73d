"""Pages of reports and who reads what."""

from __future__ import annotations

from typing import Any

from django.test import Client

from lantu.lifecycle.programmes.tests.stories import in_force, month_of
from lantu.lifecycle.reports.models import Bulletin, ReportCopy
from lantu.lifecycle.reports.tests.test_services import MAY, issued, prepared

P = "/lifecycle/reports"


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_bulletin_on_the_screen(cast: Any, site_project: Any) -> None:
    month_of(site_project, MAY)
    officer, director = signed_in(cast.officer), signed_in(cast.director)
    assert officer.get(f"{P}/").status_code == 200
    assert officer.post(f"{P}/", {"month": "2026-05", "signer": cast.officer.pk}).status_code == 422
    assert officer.post(f"{P}/", {"month": "2026-05", "signer": cast.director.pk}).status_code == 302
    row = Bulletin.objects.get()
    address = f"{P}/{row.pk}/"
    page = officer.get(address).content.decode()
    assert "草稿，未签发" in page
    assert "德城区" in page
    officer.post(f"{address}do/edit/", {"foreword": "本月抓开工。", "edited_no": row.edited_no})
    row.refresh_from_db()
    officer.post(f"{address}do/submit/", {"edited_no": row.edited_no})
    row.refresh_from_db()
    page = director.get(address).content.decode()
    assert row.copy is not None
    assert row.copy.sha256 in page
    assert "本月抓开工。" in page
    director.post(f"{address}do/issue/", {"edited_no": row.edited_no, "sha256": row.copy.sha256})
    row.refresh_from_db()
    assert row.number == "重通〔2026〕1号"
    assert "没有不同" not in director.get(f"{P}/copies/{row.copy_id}/").content.decode()
    assert director.get(f"{P}/copies/{row.copy_id}/?compare=1").status_code == 200


def test_who_reads_what(cast: Any, site_project: Any, other_project: Any) -> None:
    draft = prepared(cast)
    assert signed_in(cast.contractor).get(f"{P}/").status_code == 403
    assert signed_in(cast.county).get(f"{P}/{draft.pk}/").status_code == 404  # not issued yet
    assert signed_in(cast.auditor).get(f"{P}/{draft.pk}/").status_code == 200
    pager = f"{P}/projects/{site_project.code}/"
    assert signed_in(cast.contractor).get(pager).status_code == 200
    assert signed_in(cast.outsider).get(pager).status_code == 404
    assert signed_in(cast.contractor).post(pager).status_code == 302
    copy = ReportCopy.objects.get(kind="one_pager")
    assert signed_in(cast.outsider).get(f"{P}/copies/{copy.pk}/").status_code == 404
    assert signed_in(cast.outsider).get(f"{P}/copies/{copy.pk}/files/docx/").status_code == 404
    got = signed_in(cast.contractor).get(f"{P}/copies/{copy.pk}/files/docx/")
    assert got.status_code == 200


def test_issued_ones_are_for_the_counties_too(cast: Any, site_project: Any) -> None:
    row = issued(cast)
    page = signed_in(cast.county).get(f"{P}/{row.pk}/").content.decode()
    assert row.number in page


def test_the_one_pager_in_english(cast: Any, site_project: Any) -> None:
    in_force(cast, site_project)
    client = signed_in(cast.director)
    client.cookies["django_language"] = "en"
    page = client.get(f"{P}/projects/{site_project.code}/").content.decode()
    assert site_project.name in page
