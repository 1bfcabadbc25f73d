import pytest

from lantu.calc.identifiers import uscc_findings
from lantu.packs.load import city, national
from lantu.packs.reading import PackError

DEMO_ACCOUNTS = {
    "director", "officer", "vicemayor", "clerk", "county", "owner", "contractor", "supervisor", "inspector",
    "expert", "auditor", "sysadmin", "secadmin",
}  # fmt: skip


def test_eleven_counties_and_three_zones():
    areas = city().areas
    assert [area.kind for area in areas].count("county") == 11
    assert [area.code for area in areas if area.kind == "zone"] == ["3714T1", "3714T2", "3714T3"]
    assert city().area("3714T1").host == "371402"


def test_every_area_has_an_office_a_head_and_an_inspector():
    for area in city().areas:
        (office,) = city().units_of("county", area.code)
        assert city().people_of(office.key, "county")
        assert any(p.role == "inspector" and p.area == area.code for p in city().people.values())


def test_every_company_is_marked_as_invented_and_its_credit_code_holds():
    companies = [
        u for u in city().units.values() if u.kind in ("owner", "contractor", "supervisor", "designer")
    ]
    assert len(companies) > 60
    for company in companies:
        assert company.invented
        assert "演示" in company.name
        assert company.uscc.startswith("91371499")  # a division that does not exist
        assert uscc_findings(company.uscc) == []


def test_every_company_has_somebody_who_answers_for_it():
    for kind in ("owner", "contractor", "supervisor", "designer"):
        for company in city().units_of(kind):
            assert city().people_of(company.key, kind), company.name


def test_the_demo_accounts_are_the_thirteen_of_the_contract():
    assert {p.username for p in city().people.values() if p.demo_login} == DEMO_ACCOUNTS


def test_names_are_not_used_twice():
    names = [person.name for person in city().people.values()]
    assert len(names) == len(set(names))


def test_nobody_holds_two_of_the_three_administrations():
    holders = [p.username for p in city().people.values() if p.role in ("sysadmin", "secadmin", "auditor")]
    assert sorted(holders) == ["auditor", "secadmin", "sysadmin"]


def test_clocks_come_from_the_nation_unless_the_city_says_otherwise():
    assert city().hazard_clocks[1] == national().hazard_clocks[1]
    assert len(city().ladder) == 6


def test_an_unknown_city_is_refused():
    with pytest.raises(PackError, match="missing"):
        city("nowhere")
