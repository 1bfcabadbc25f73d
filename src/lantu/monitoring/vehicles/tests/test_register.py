"""Who may register and license trucks, what is refused, codes of terminals, lists from spreadsheets."""

from __future__ import annotations

import io
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from tests.cast import NOW

from lantu.core.models import Event
from lantu.core.refusals import Denied, Refused, Unacceptable
from lantu.monitoring.vehicles.codes import code_matches, code_of, hash_code
from lantu.monitoring.vehicles.models import LicensedRoute, Vehicle
from lantu.monitoring.vehicles.services.change_vehicle import change_vehicle, renew_code
from lantu.monitoring.vehicles.services.import_vehicles import import_vehicles
from lantu.monitoring.vehicles.services.license_ground import license_disposal_site, license_route
from lantu.monitoring.vehicles.services.register_vehicle import register_vehicle
from lantu.monitoring.vehicles.sheets import HEADINGS, read_rows, template
from lantu.monitoring.vehicles.tests.ground import SITE, YEAR, square

pytestmark = pytest.mark.django_db


def values(cast: Any, **more: Any) -> dict[str, Any]:
    return {
        "plate": "鲁N54321", "terminal_phone": "013800000001", "company": cast.contractor.organisation
    } | more  # fmt: skip


def test_a_contractor_registers_for_the_own_site_only(
    cast: SimpleNamespace, site_project: Any, other_project: Any
) -> None:
    new = register_vehicle(
        values=values(cast, plate="鲁n·54321"), projects=[site_project], now=NOW, actor=cast.contractor
    )
    assert (new.plate, new.terminal_phone) == ("鲁N54321", "13800000001")
    assert Event.objects.filter(kind="monitoring.vehicle_registered", project_id=site_project.pk).count() == 1
    with pytest.raises(Denied):
        register_vehicle(
            values=values(cast, plate="鲁N00001", terminal_phone="2"), projects=[other_project], now=NOW,
            actor=cast.contractor,
        )  # fmt: skip
    with pytest.raises(Denied):
        register_vehicle(
            values=values(cast, plate="鲁N00002", terminal_phone="3"),
            projects=[site_project],
            now=NOW,
            actor=cast.auditor,
        )


def test_licences_are_entered_by_those_who_license(cast: SimpleNamespace, site_project: Any) -> None:
    licensed = values(
        cast, permit_no="自填", permit_first_on=date(2026, 1, 1), permit_last_on=date(2026, 12, 31)
    )
    with pytest.raises(Denied) as caught:
        register_vehicle(values=licensed, projects=[site_project], now=NOW, actor=cast.contractor)
    assert caught.value.code == "monitoring.not_licensing"
    assert (
        register_vehicle(values=licensed, projects=[site_project], now=NOW, actor=cast.officer).permit_no
        == "自填"
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"plate": "12345"}, "plate"),
        ({"terminal_phone": "12a"}, "terminal_phone"),
        ({"permit_first_on": date(2026, 2, 1), "permit_last_on": date(2026, 1, 1)}, "permit_last_on"),
        ({"night_first_on": date(2026, 2, 1)}, "night_last_on"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(
    cast: SimpleNamespace, site_project: Any, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(Unacceptable) as caught:
        register_vehicle(values=values(cast, **change), projects=[site_project], now=NOW, actor=cast.officer)
    assert caught.value.field == field
    assert not Vehicle.objects.exists()


def test_a_plate_and_a_phone_belong_to_one_truck(road: SimpleNamespace, cast: SimpleNamespace) -> None:
    for taken in ({"plate": road.vehicle.plate}, {"terminal_phone": "0" + road.vehicle.terminal_phone}):
        with pytest.raises(Refused) as caught:
            register_vehicle(
                values=values(cast, **taken), projects=[road.project], now=NOW, actor=cast.officer
            )
        assert caught.value.code == "monitoring.vehicle_exists"


def test_a_truck_without_a_project_is_refused(cast: SimpleNamespace) -> None:
    with pytest.raises(Unacceptable):
        register_vehicle(values=values(cast), projects=[], now=NOW, actor=cast.officer)


def test_a_change_writes_only_what_differs(road: SimpleNamespace, cast: SimpleNamespace) -> None:
    same = {"plate": road.vehicle.plate, "permit_no": road.vehicle.permit_no, "routes": [road.route]}
    change_vehicle(road.vehicle, values=same, projects=[road.project], now=NOW, actor=cast.contractor)
    assert not Event.objects.filter(kind="monitoring.vehicle_changed").exists()
    change_vehicle(
        road.vehicle,
        values=same | {"status": "suspended", "routes": []},
        now=NOW,
        actor=cast.officer,
        reason="停运整顿",
    )
    event = Event.objects.get(kind="monitoring.vehicle_changed")
    assert (event.payload["changes"], event.reason) == (["routes", "status"], "停运整顿")
    road.vehicle.refresh_from_db()
    assert (road.vehicle.status, road.vehicle.routes.count()) == ("suspended", 0)
    with pytest.raises(Denied):
        change_vehicle(road.vehicle, values={"permit_no": "改"}, now=NOW, actor=cast.contractor)
    with pytest.raises(Denied):
        change_vehicle(road.vehicle, values={"maker_id": "1"}, now=NOW, actor=cast.outsider)


def test_codes_are_derived_and_end_together(road: SimpleNamespace, cast: SimpleNamespace) -> None:
    code = code_of(road.vehicle.pk, 0)
    assert len(code) == 24
    assert code == code_of(road.vehicle.pk, 0) != code_of(road.vehicle.pk + 1, 0)
    renewed = renew_code(road.vehicle, reason="换终端", now=NOW, actor=cast.officer)
    assert code_of(renewed.pk, renewed.code_epoch) != code
    assert code_matches("FZK-BSJ", derived=code, preset_hash=hash_code("FZK-BSJ"))
    assert not code_matches("", derived=code, preset_hash="")
    assert not code_matches("wrong", derived=code, preset_hash="")


def test_ground_is_licensed_by_the_bureau_and_has_the_right_shape(
    cast: SimpleNamespace, site_project: Any
) -> None:
    with pytest.raises(Denied):
        license_disposal_site(
            code="X", name="私设", geometry=square(SITE), now=NOW, actor=cast.contractor, **YEAR
        )
    with pytest.raises(Unacceptable):
        license_route(code="R", name="面", geometry=square(SITE), now=NOW, actor=cast.officer, **YEAR)
    backwards = {"first_on": YEAR["last_on"], "last_on": YEAR["first_on"]}
    with pytest.raises(Unacceptable):
        license_disposal_site(
            code="X", name="场", geometry=square(SITE), now=NOW, actor=cast.officer, **backwards
        )
    line = {"type": "LineString", "coordinates": [list(SITE), [116.31, 37.46]]}
    for name in ("线", "新线"):
        license_route(code="R", name=name, geometry=line, now=NOW, actor=cast.officer, **YEAR)
    assert LicensedRoute.objects.get().name == "新线"


def sheet(rows: list[list[Any]]) -> io.BytesIO:
    book = Workbook()
    assert book.active is not None
    book.active.append(["渣土车登记表"])
    book.active.append([heading.words[0] for heading in HEADINGS])
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


def line(project: Any, company: str, plate: str, phone: Any, **more: Any) -> list[Any]:
    given = {
        "plate": plate,
        "terminal_phone": phone,
        "company": company,
        "serves": project.code,
        "plate_colour": "黄",
    }
    return [(given | more).get(heading.key) for heading in HEADINGS]


def test_a_list_is_imported_whole(cast: SimpleNamespace, site_project: Any) -> None:
    company = cast.contractor.organisation.name
    rows = read_rows(
        sheet([
            line(site_project, company, "鲁N10001", 13800000001, has_load_sensor="是"),
            line(site_project, company, "鲁N10002", "13800000002", permit_no="准1", permit_first_on="2026/01/01",
                 permit_last_on=date(2026, 12, 31)),
        ]),
        "trucks.xlsx",
    )  # fmt: skip
    assert not import_vehicles(rows, now=NOW, actor=cast.officer, only_check=True).done
    assert not Vehicle.objects.exists()
    result = import_vehicles(rows, now=NOW, actor=cast.officer)
    assert (result.rows, result.mistakes, result.done) == (2, [], True)
    first, second = Vehicle.objects.order_by("plate")
    assert (first.has_load_sensor, first.terminal_phone) == (True, "13800000001")
    assert second.permit_last_on == date(2026, 12, 31)


def test_one_mistake_and_nothing_is_imported(cast: SimpleNamespace, site_project: Any) -> None:
    company = cast.contractor.organisation.name
    rows = read_rows(
        sheet([
            line(site_project, company, "鲁N10001", "13800000001"),
            line(site_project, company, "鲁N10001", "13800000002"),
            line(site_project, "没有的公司", "鲁N10003", "13800000003"),
            line(site_project, company, "鲁N10004", "", plate_colour="粉"),
            line(SimpleNamespace(code="0000"), company, "鲁N10005", "13800000005"),
        ]),
        "trucks.xlsx",
    )  # fmt: skip
    result = import_vehicles(rows, now=NOW, actor=cast.officer)
    assert not result.done
    assert not Vehicle.objects.exists()
    assert {(mistake.row, mistake.column) for mistake in result.mistakes} == {
        (4, "plate"), (5, "company"), (6, "车牌颜色"), (6, "终端手机号"), (7, "serves"),
    }  # fmt: skip


def test_a_sheet_without_the_headings_is_refused_and_the_template_has_them() -> None:
    book = Workbook()
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    with pytest.raises(Unacceptable):
        read_rows(out, "empty.xlsx")
    rows = read_rows(io.BytesIO(template()), "template.xlsx")
    assert rows[0].values["plate"] == "鲁N12345"
    assert load_workbook(io.BytesIO(template())).active.freeze_panes == "B2"
