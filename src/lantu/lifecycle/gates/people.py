"""Who is asked: the unit behind a topic of the pack, and its one person for a project."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from lantu.accounts.models import Grant, Organisation, User
from lantu.accounts.roles import Role
from lantu.core.refusals import Refused
from lantu.packs.load import city
from lantu.projects.models import Party, Project

ASKED_ROLES = (Role.CLERK, Role.INSPECTOR, Role.OFFICER, Role.DIRECTOR)


@dataclass(frozen=True)
class Asked:
    """A unit and its person. ``stands_in``: the bureau's officer, because the unit or its person is not registered."""

    unit_id: int
    person: User
    stands_in: bool = False


class Desk:
    """Units and people, read once for many projects."""

    def __init__(self) -> None:
        pack = city(settings.CITY_PACK)
        by_name = {unit.name: unit for unit in Organisation.objects.select_related("head")}
        self._topics: dict[str, Organisation] = {}
        for unit in pack.units.values():
            for topic in unit.topics:
                if topic not in self._topics and unit.name in by_name:
                    self._topics[topic] = by_name[unit.name]
        self._by_role: dict[tuple[str, int], User] = {}
        self._any: dict[str, User] = {}
        grants = Grant.objects.filter(
            Q(ends_at=None), role__in=ASKED_ROLES, user__is_active=True, user__organisation__isnull=False
        )
        for grant in grants.select_related("user__organisation").order_by("-user_id"):
            self._any[grant.role] = grant.user
            self._by_role[(grant.role, grant.user.organisation_id or 0)] = grant.user

    def officer(self, parties: dict[str, Party]) -> Asked:
        """The bureau's officer for a project. Raises Refused when the bureau has none."""
        party = parties.get(Party.Role.OFFICER)
        person = party.contact if party else self._any.get(Role.OFFICER)
        if person is None or person.organisation_id is None:
            raise Refused(
                "gates.no_officer",
                _("重点工程局没有可以承办的经办人。"),
                remedy=_("请先在人员管理里登记局经办并填写其单位。"),
            )
        return Asked(person.organisation_id, person)

    def leader(self) -> Asked | None:
        """A leader of the bureau, for gates that the bureau itself decides."""
        person = self._any.get(Role.DIRECTOR)
        return (
            None
            if person is None or person.organisation_id is None
            else Asked(person.organisation_id, person)
        )

    def asked(self, topic: str, parties: dict[str, Party]) -> Asked:
        """Unit and person for a topic of the pack, ``bureau`` or ``supervisor``."""
        officer = self.officer(parties)
        if topic == "bureau":
            return officer
        if topic == "supervisor":
            party = parties.get(Party.Role.SUPERVISOR)
            return Asked(party.organisation_id, party.contact) if party else _instead(officer)
        unit = self._topics.get(topic)
        if unit is None:
            return _instead(officer)
        inspector = parties.get(Party.Role.INSPECTOR)
        if inspector is not None and inspector.organisation_id == unit.pk:
            return Asked(unit.pk, inspector.contact)
        person = self._by_role.get((Role.CLERK, unit.pk)) or self._by_role.get((Role.INSPECTOR, unit.pk))
        person = person or unit.head
        if person is None or not person.is_active or person.organisation_id is None:
            return _instead(officer)
        return Asked(unit.pk, person)

    def keeper(self, topic: str, parties: dict[str, Party]) -> Asked:
        """Who decides: the lead department's person; where the officer would, a leader of the bureau, because the
        officer checks the completeness and does not decide on his own check."""
        found = self.asked(topic, parties)
        if found.person.pk == self.officer(parties).person.pk:
            return self.leader() or found
        return found


def _instead(officer: Asked) -> Asked:
    return Asked(officer.unit_id, officer.person, stands_in=True)


def parties_of(projects: list[Project]) -> dict[int, dict[str, Party]]:
    """Parties by project and role."""
    found: dict[int, dict[str, Party]] = {project.pk: {} for project in projects}
    for party in Party.objects.select_related("contact__organisation").filter(project__in=projects):
        found[party.project_id][party.role] = party
    return found


def responsible_person(project: Project, parties: dict[str, Party]) -> User:
    """The one person who answers for the gates. Raises Refused when the owner's party is missing or has no unit."""
    party = parties.get(Party.Role.OWNER)
    if party is None or party.contact.organisation_id is None or not party.contact.is_active:
        raise Refused(
            "gates.no_responsible_person",
            _("项目“%(name)s”没有建设单位责任人，关口不能没有责任人。") % {"name": project.name},
            remedy=_("请先在项目的“参建单位”里指定建设单位及其责任人。"),
            status=422,
        )
    return party.contact
