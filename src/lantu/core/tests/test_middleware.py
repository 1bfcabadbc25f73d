"""What forms send never reaches the database with a NUL in it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from lantu.core.middleware import PlainFormMiddleware

FILE = b"\x89PNG\x00\x00"


def through(request: HttpRequest) -> HttpRequest:
    door = PlainFormMiddleware(lambda _request: HttpResponse())
    assert door.process_view(request, lambda *_: HttpResponse(), (), {}) is None
    return request


@pytest.mark.parametrize("as_upload", [True, False])
def test_a_nul_in_a_field_is_left_out(as_upload: bool) -> None:
    data: dict[str, Any] = {"reason": "漏\x00水", "ids": ["1", "2\x00"]}
    if as_upload:
        data["photo"] = SimpleUploadedFile("a.png", FILE)
        request = through(RequestFactory().post("/hazards/1/do/dispute/", data))
        assert request.FILES["photo"].read() == FILE  # type: ignore[union-attr]
    else:
        body = "reason=%E6%BC%8F%00%E6%B0%B4&ids=1&ids=2%00"
        form = "application/x-www-form-urlencoded"
        request = through(RequestFactory().post("/hazards/1/do/dispute/", body, content_type=form))
    assert request.POST["reason"] == "漏水"
    assert request.POST.getlist("ids") == ["1", "2"]
    with pytest.raises(AttributeError):
        request.POST["reason"] = "x"  # type: ignore[misc]


def test_a_plain_form_and_the_interface_are_left_alone() -> None:
    request = RequestFactory().post("/hazards/1/do/dispute/", {"reason": "漏水"})
    before = request.POST
    assert through(request).POST is before
    sent = RequestFactory().post("/api/v1/hazards", b'{"a": "\\u0000"}', content_type="application/json")
    assert through(sent).body == b'{"a": "\\u0000"}'
