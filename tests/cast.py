"""The people all tests use. A permission test begins with the outsider: a contractor of another site."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

NOW = datetime(2026, 6, 10, 2, 0, tzinfo=UTC)  # a working Wednesday, 10:00 in Dezhou

# role → (display name, unit kind, unit name, reach)
CAST: dict[str, tuple[str, str, str, str]] = {
    "director": ("丁局长", "bureau", "德州市重点工程管理局", "city"),
    "officer": ("欧经办", "bureau", "德州市重点工程管理局", "city"),
    "vicemayor": ("魏副市长", "department", "德州市人民政府", "city"),
    "clerk": ("柯联络", "department", "德州市自然资源局", "city"),
    "county": ("康主任", "county", "德城区重点项目办", "county"),
    "owner": ("尹业主", "owner", "德州城建投资集团", "organisation"),
    "contractor": ("单安全", "contractor", "德州一建集团", "organisation"),
    "supervisor": ("谭总监", "supervisor", "鲁北工程监理", "organisation"),
    "inspector": ("任监督", "department", "德州市建设工程质安中心", "city"),
    "expert": ("薛教授", "institution", "山东工程咨询院", "project"),
    "auditor": ("申审计", "department", "德州市审计局", "city"),
    "sysadmin": ("习管理", "bureau", "德州市重点工程管理局", "city"),
    "secadmin": ("宋保密", "bureau", "德州市重点工程管理局", "city"),
    "outsider": ("陌生人", "contractor", "外地建筑公司", "organisation"),
}
PASSWORD = "blueprint-2026-dezhou"


def make_project(owner: Any, *, code: str, name: str, area_code: str = "371402", **more: Any) -> Any:
    """A project under construction, with sensible defaults."""
    from lantu.projects.models import Project

    values: dict[str, Any] = {
        "category": "government",
        "plan_class": "continuing",
        "sector": "industry",
        "stage": "construction",
        "total_investment_yuan": 120_000_000,
        "lon": 116.30,
        "lat": 37.45,
        "geometry": {"type": "Point", "coordinates": [116.30, 37.45]},
        "created_at": NOW,
        "updated_at": NOW,
    } | more
    return Project.objects.create(code=code, name=name, area_code=area_code, owner_org=owner, **values)


@pytest.fixture
def cast(db: Any) -> SimpleNamespace:
    """One person per role; ``outsider`` works for a contractor without projects of its own here."""
    from lantu.accounts.models import Grant, Organisation, User
    from lantu.accounts.roles import Role

    people: dict[str, Any] = {}
    for role, (name, kind, unit, reach) in CAST.items():
        organisation, _ = Organisation.objects.get_or_create(
            name=unit, defaults={"kind": kind, "area_code": "371402"}
        )
        user = User.objects.create_user(
            username=role, password=PASSWORD, display_name=name, organisation=organisation
        )
        granted = Role.CONTRACTOR if role == "outsider" else role
        if reach != "project":
            Grant.objects.create(
                user=user,
                role=granted,
                reach=reach,
                county_code="371402" if reach == "county" else "",
                organisation=organisation if reach == "organisation" else None,
                granted_at=NOW,
            )
        if organisation.head_id is None:
            organisation.head = user
            organisation.save(update_fields=["head"])
        people[role] = user
    return SimpleNamespace(**people)


@pytest.fixture
def site_project(cast: SimpleNamespace) -> Any:
    """The cast's own site in 德城区; its parties are the cast's people."""
    from lantu.accounts.models import Grant
    from lantu.projects.models import Party

    project = make_project(
        cast.owner.organisation, code="2601-371402-04-01-100001", name="生物医药产业园一期"
    )
    for role in ("owner", "contractor", "supervisor", "inspector", "officer"):
        person = getattr(cast, role)
        Party.objects.create(project=project, role=role, organisation=person.organisation, contact=person)
    Grant.objects.create(
        user=cast.expert, role="expert", reach="project", project_id=project.pk, granted_at=NOW
    )
    cast.expert.__dict__.pop("_held_grants", None)
    return project


@pytest.fixture
def other_project(cast: SimpleNamespace) -> Any:
    """A site in another county where only the outsider builds."""
    from lantu.accounts.models import Organisation
    from lantu.projects.models import Party

    owner = Organisation.objects.create(name="齐河县城投公司", kind="owner", area_code="371425")
    project = make_project(
        owner, code="2601-371425-04-01-100002", name="齐河县污水处理厂", area_code="371425"
    )
    Party.objects.create(
        project=project, role="contractor", organisation=cast.outsider.organisation, contact=cast.outsider
    )
    return project
