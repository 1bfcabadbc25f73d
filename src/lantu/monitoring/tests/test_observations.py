"""What cameras report: recorded, looked at, or taken as true, by how sure they are."""

from __future__ import annotations

import base64
import io
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from lantu.core.models import Event
from lantu.core.refusals import Denied, Refused, Unacceptable
from lantu.monitoring.devices.services.change_status import change_status
from lantu.monitoring.devices.services.token import issue_token
from lantu.monitoring.devices.states import DeviceStatus
from lantu.monitoring.observations.models import Observation
from lantu.monitoring.observations.services.receive import Sighting, receive
from lantu.monitoring.observations.services.review import confirm, dismiss
from lantu.monitoring.observations.states import ObservationState
from lantu.monitoring.tests.conftest import NOW

pytestmark = pytest.mark.django_db


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (90, 120, 30)).save(out, "JPEG")
    return out.getvalue()


def made(name: str) -> Any:
    return Event.objects.filter(kind=f"monitoring.observation_{name}")


def test_confidence_decides_what_becomes_of_it(equipment: SimpleNamespace, cast: Any) -> None:
    low = receive(equipment.dust, Sighting(type="no_helmet", confidence=0.4), now=NOW)
    middle = receive(equipment.dust, Sighting(type="no_helmet", confidence=0.8, picture=picture()), now=NOW)
    high = receive(equipment.dust, Sighting(type="fire", confidence=0.9), now=NOW)
    assert (low.state, low.duty) == (ObservationState.RECORDED, None)
    assert middle.state == ObservationState.NEW
    assert middle.duty is not None
    assert middle.duty.holder == cast.supervisor
    assert middle.evidence is not None
    assert (high.state, high.automatic) == (ObservationState.CONFIRMED, True)
    told = made("made").get()
    assert (told.payload["observation"], told.payload["severity"], told.payload["title"]) == (
        "fire",
        3,
        "火焰或烟雾",
    )
    assert made("received").count() == 1


def test_a_person_confirms_or_dismisses_once(equipment: SimpleNamespace, cast: Any) -> None:
    one = receive(equipment.dust, Sighting(type="smoking", confidence=0.8), now=NOW)
    two = receive(equipment.dust, Sighting(type="smoking", confidence=0.7), now=NOW)
    one = confirm(one, note="现场制止", now=NOW, actor=cast.supervisor)
    assert one.duty is not None
    assert one.duty.closed_at is None or one.state == ObservationState.CONFIRMED
    assert made("made").get().actor == cast.supervisor
    with pytest.raises(Unacceptable):
        dismiss(two, note="", now=NOW, actor=cast.supervisor)
    dismiss(two, note="对讲机误识别", now=NOW, actor=cast.supervisor)
    with pytest.raises(Refused):
        confirm(two, note="", now=NOW, actor=cast.supervisor)
    recorded = receive(equipment.dust, Sighting(type="smoking", confidence=0.1), now=NOW)
    assert confirm(recorded, note="回看属实", now=NOW, actor=cast.officer).state == ObservationState.CONFIRMED


def test_nobody_clears_their_own_work(equipment: SimpleNamespace, cast: Any, client: Client) -> None:
    one = receive(equipment.dust, Sighting(type="smoking", confidence=0.8), now=NOW)
    with pytest.raises(Denied, match="施工单位自己"):
        dismiss(one, note="对讲机误识别", now=NOW, actor=cast.contractor)
    address = reverse("monitoring:observation_review", args=[one.pk, "dismiss"])
    for person, offered in ((cast.contractor, False), (cast.supervisor, True)):
        client.force_login(person)
        assert (address in client.get(one.get_absolute_url()).content.decode()) is offered
    assert confirm(one, note="已制止", now=NOW, actor=cast.contractor).state == ObservationState.CONFIRMED


def test_the_same_number_twice_is_one_observation(equipment: SimpleNamespace) -> None:
    first = receive(equipment.dust, Sighting(type="crowd", confidence=0.7, ref="cam-7"), now=NOW)
    assert (
        receive(equipment.dust, Sighting(type="crowd", confidence=0.9, ref="cam-7"), now=NOW).pk == first.pk
    )
    assert Observation.objects.count() == 1


def test_a_device_under_maintenance_raises_nothing_and_a_retired_one_is_refused(
    equipment: SimpleNamespace, cast: Any
) -> None:
    device = change_status(
        equipment.dust, status=DeviceStatus.MAINTENANCE, reason="检修", now=NOW, actor=cast.officer
    )
    assert receive(device, Sighting(type="fire", confidence=0.99), now=NOW).state == ObservationState.RECORDED
    device = change_status(device, status=DeviceStatus.RETIRED, reason="拆除", now=NOW, actor=cast.officer)
    with pytest.raises(Refused, match="已停用"):
        receive(device, Sighting(type="fire", confidence=0.99), now=NOW)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("type", {"type": "ufo"}), ("confidence", {"confidence": 1.2}), ("confidence", {"confidence": float("nan")}),
        ("observed_at", {"observed_at": NOW + timedelta(hours=1)}), ("observed_at", {"observed_at": NOW - timedelta(days=40)}),
        ("ref", {"ref": "x" * 90}), ("lon", {"lon": 1.0, "lat": 2.0}),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_field(
    equipment: SimpleNamespace, field: str, wrong: dict[str, Any]
) -> None:
    values: dict[str, Any] = {"type": "fire", "confidence": 0.9} | wrong
    with pytest.raises(Unacceptable) as caught:
        receive(equipment.dust, Sighting(**values), now=NOW)
    assert caught.value.field == field
    assert not Observation.objects.exists()


def test_the_database_refuses_one_that_waits_without_duty(equipment: SimpleNamespace) -> None:
    one = receive(equipment.dust, Sighting(type="smoking", confidence=0.8), now=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Observation.objects.filter(pk=one.pk).update(duty=None)


def test_cameras_send_by_json_or_by_form_with_their_token(
    equipment: SimpleNamespace, cast: Any, client: Client
) -> None:
    head = {"Authorization": f"Bearer {issue_token(equipment.dust, now=timezone.now(), actor=cast.officer)}"}
    body = {
        "type": "no_vest",
        "confidence": 0.8,
        "picture": "data:image/jpeg;base64," + base64.b64encode(picture()).decode(),
    }
    answer = client.post("/api/v1/observations", body, content_type="application/json", headers=head)
    assert answer.status_code == 201, answer.content
    assert (answer.json()["state"], answer.json()["picture"] is not None) == ("new", True)
    form = {
        "type": "no_vest",
        "confidence": "0.3",
        "ref": "7",
        "picture": SimpleUploadedFile("a.jpg", picture(), "image/jpeg"),
    }
    answer = client.post("/api/v1/observations", form, headers=head)
    assert (answer.status_code, answer.json()["state"]) == (201, "recorded")
    for wrong, status in (
        ({**body, "picture": "%%%"}, 422), ({**body, "type": "x"}, 422), ({"type": "fire"}, 422), ([], 422),
        ({**body, "device": "P1"}, 403), ({**body, "picture": base64.b64encode(b"no image").decode()}, 422),
    ):  # fmt: skip
        answer = client.post("/api/v1/observations", wrong, content_type="application/json", headers=head)
        assert answer.status_code == status, answer.content
    assert (
        client.post("/api/v1/observations", b"{", content_type="application/json", headers=head).status_code
        == 422
    )
    assert client.post("/api/v1/observations", body, content_type="application/json").status_code == 401
    assert Observation.objects.count() == 2


def test_a_camera_gone_mad_is_told_to_wait(
    equipment: SimpleNamespace, cast: Any, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lantu.monitoring.observations.services.receive.MOST_A_MINUTE", 2)
    head = {"Authorization": f"Bearer {issue_token(equipment.dust, now=timezone.now(), actor=cast.officer)}"}
    body = {"type": "crowd", "confidence": 0.2}
    codes = [
        client.post("/api/v1/observations", body, content_type="application/json", headers=head)
        for _n in range(3)
    ]
    assert [answer.status_code for answer in codes] == [201, 201, 429]
    assert codes[-1]["Retry-After"] == "60"
    assert codes[-1]["Content-Type"] == "application/problem+json"


def test_people_see_review_and_find_them_on_the_map(
    equipment: SimpleNamespace, cast: Any, client: Client
) -> None:
    one = receive(
        equipment.dust, Sighting(type="intrusion", confidence=0.8, picture=picture()), now=timezone.now()
    )
    client.force_login(cast.supervisor)
    assert "闯入危险区域" in client.get(reverse("monitoring:observations")).content.decode()
    assert "闯入危险区域" in client.get(one.get_absolute_url()).content.decode()
    features = client.get(reverse("monitoring:observation_layer")).json()["features"]
    assert features[0]["properties"]["url"] == one.get_absolute_url()
    assert client.post(reverse("monitoring:observation_review", args=[one.pk, "confirm"])).status_code == 302
    assert client.get("/api/v1/observations", {"state": "confirmed"}).json()["items"][0]["id"] == one.pk
    client.force_login(cast.outsider)
    assert client.get(one.get_absolute_url()).status_code == 404
