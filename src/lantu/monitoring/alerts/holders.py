"""Who has to look at an alert, and by when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.roles import Role
from lantu.core.refusals import Refused
from lantu.duties.deadlines import due_after
from lantu.monitoring.alerts.states import AlertKind
from lantu.monitoring.devices.models import Device
from lantu.packs.load import national
from lantu.projects.models import Party, Project

TECHNICAL_DAYS = 1
RISK_ROLES = (
    Party.Role.CONTRACTOR,
    Party.Role.AGENT,
    Party.Role.SUPERVISOR,
    Party.Role.OWNER,
    Party.Role.OFFICER,
)


def acknowledge_by(now: datetime, *, kind: str, severity: int) -> datetime:
    """When somebody must have looked: the pack's term for the severity; one working day for a technical alert."""
    if kind == AlertKind.TECHNICAL:
        return due_after(now, working_days=TECHNICAL_DAYS)
    pack = national()
    return pack.hazard_clocks[severity].acknowledge.due_at(now, pack.calendar)


def contacts_of(projects: Iterable[int]) -> dict[int, dict[str, User]]:
    """Who stands for each party that may have to answer for a risk: project → role → person. Queries: one."""
    found: dict[int, dict[str, User]] = {}
    parties = Party.objects.filter(project__in=set(projects), role__in=RISK_ROLES)
    for party in parties.select_related("contact__organisation"):
        found.setdefault(party.project_id, {})[party.role] = party.contact
    return found


def holder_of(
    project_id: int, device: Device | None, kind: str, contacts: Mapping[str, User] | None = None
) -> User:
    """The person whose ball it is.

    Risk: the contractor's safety officer; where the party is missing, the next one that exists. Technical:
    the head of the unit that keeps the device. An alert never waits for a missing registration: the last resort
    is the bureau. Raises Refused when not even the bureau has a person. ``contacts``: the project's share of
    :func:`contacts_of`, from whoever asks for many.
    """
    if kind == AlertKind.TECHNICAL and device is not None and device.owner_org_id is not None:
        person = _person_of_unit(device.owner_org_id)
        if person is not None:
            return person
    people = contacts_of([project_id]).get(project_id, {}) if contacts is None else contacts
    for role in RISK_ROLES:
        if role in people:
            return people[role]
    # Read anew: whoever asks may have known the device for hours.
    project = Project.objects.select_related("owner_org__head").get(pk=project_id)
    head = project.owner_org.head
    if head is not None and head.is_active:
        return head
    bureau = (
        User.objects.filter(is_active=True, organisation__isnull=False)
        .filter(grants__role__in=[Role.OFFICER, Role.DIRECTOR])
        .order_by("pk")
        .first()
    )
    if bureau is None:
        raise Refused(
            "monitoring.nobody_responsible",
            _("项目“%(name)s”没有任何可以承接预警的责任人。") % {"name": project.name},
            remedy=_("请登记参建单位，或为重点工程管理局配置经办人。"),
        )
    return bureau


def _person_of_unit(organisation_id: int | None) -> User | None:
    if organisation_id is None:
        return None
    people = User.objects.filter(organisation_id=organisation_id, is_active=True).select_related(
        "organisation__head"
    )
    first = people.order_by("pk").first()
    if first is None or first.organisation is None:
        return None
    head = first.organisation.head
    return head if head is not None and head.is_active else first
