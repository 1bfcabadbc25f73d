"""Name the units that play a part in a project, and the one person in each who answers for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import Organisation, User
from lantu.accounts.permissions import require
from lantu.core.refusals import Unacceptable
from lantu.core.services.emit import emit_all
from lantu.projects.events import PartySet
from lantu.projects.models import Party, Project
from lantu.projects.services._guard import locked


def set_party(
    *,
    project: Project,
    role: str,
    organisation: Organisation,
    contact: User,
    actor: User,
    now: datetime,
    reason: str = "",
) -> Party:
    """Set or replace the party of one role. Raises as :func:`set_parties`."""
    (party,) = set_parties(
        project=project, parties={role: (organisation, contact)}, actor=actor, now=now, reason=reason
    )
    return party


@transaction.atomic
def set_parties(
    *,
    project: Project,
    parties: Mapping[str, tuple[Organisation, User]],
    actor: User,
    now: datetime,
    reason: str = "",
) -> list[Party]:
    """Set or replace parties by role: the unit and the person there, who must be active and belong to it.

    Replacing the owner changes the project's owner too. Same values again: nothing happens. All or none, an event
    for each that changes. Raises Unacceptable, Denied.
    """
    row = locked(project.pk)
    require(actor, "projects.set_parties", row)
    known = {
        party.role: party
        for party in Party.objects.select_related("organisation", "contact").filter(
            project=row, role__in=list(parties)
        )
    }
    changed, told = [], []
    for role, (organisation, contact) in parties.items():
        _refuse_unfit(role, organisation, contact)
        party = known.get(role)
        if party is not None and (party.organisation_id, party.contact_id) == (organisation.pk, contact.pk):
            continue
        before = f"{party.organisation.name} {party.contact}" if party else ""
        party = known[role] = party or Party(project=row, role=role)
        party.organisation, party.contact = organisation, contact
        changed.append(party)
        if role == Party.Role.OWNER:
            row.owner_org = organisation
        told.append(
            PartySet(
                project_id=row.pk,
                subject_id=row.pk,
                role=role,
                organisation_id=organisation.pk,
                contact_id=contact.pk,
                before=before,
                after=f"{organisation.name} {contact}",
            )
        )
    if changed:
        _store(row, changed, now)
        emit_all(told, actor=actor, at=now, reason=reason)
    return [known[role] for role in parties]


def _refuse_unfit(role: str, organisation: Organisation, contact: User) -> None:
    if role not in Party.Role.values:
        raise Unacceptable(
            "projects.unknown_role", _("没有“%(role)s”这种参建角色。") % {"role": role}, field="role"
        )
    if not contact.is_active or contact.organisation_id != organisation.pk:
        raise Unacceptable(
            "projects.contact_elsewhere",
            _("%(person)s 不是“%(unit)s”的在岗人员，不能作为%(label)s的责任人。")
            % {"person": contact, "unit": organisation.name, "label": Party.Role(role).label},
            remedy=_("请选择该单位的在岗人员。"),
            field="contact",
        )


def _store(row: Project, changed: list[Party], now: datetime) -> None:
    Party.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["project", "role"],
        update_fields=["organisation", "contact"],
    )
    row.updated_at, row.version = now, row.version + len(changed)
    row.save(update_fields=["owner_org", "updated_at", "version"])
