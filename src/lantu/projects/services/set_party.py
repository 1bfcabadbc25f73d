"""Name the unit that plays a part in a project, and the one person there who answers for it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import Organisation, User
from lantu.accounts.permissions import require
from lantu.core.refusals import Unacceptable
from lantu.core.services.emit import emit
from lantu.projects.events import PartySet
from lantu.projects.models import Party, Project
from lantu.projects.services._guard import locked


@transaction.atomic
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
    """Set or replace the party of ``role``. The person must be active and belong to the unit.

    Replacing the owner changes the project's owner too. Same values again: nothing happens.
    """
    row = locked(project.pk)
    require(actor, "projects.set_parties", row)
    if role not in Party.Role.values:
        raise Unacceptable(
            "projects.unknown_role", _("没有“%(role)s”这种参建角色。") % {"role": role}, field="role"
        )
    label = Party.Role(role).label
    if not contact.is_active or contact.organisation_id != organisation.pk:
        raise Unacceptable(
            "projects.contact_elsewhere",
            _("%(person)s 不是“%(unit)s”的在岗人员，不能作为%(label)s的责任人。")
            % {"person": contact, "unit": organisation.name, "label": label},
            remedy=_("请选择该单位的在岗人员。"),
            field="contact",
        )
    party = Party.objects.select_related("organisation", "contact").filter(project=row, role=role).first()
    before = f"{party.organisation.name} {party.contact}" if party else ""
    after = f"{organisation.name} {contact}"
    if party is not None and (party.organisation_id, party.contact_id) == (organisation.pk, contact.pk):
        return party
    party = party or Party(project=row, role=role)
    party.organisation, party.contact = organisation, contact
    party.save()
    if role == Party.Role.OWNER and row.owner_org_id != organisation.pk:
        row.owner_org = organisation
    row.updated_at, row.version = now, row.version + 1
    row.save(update_fields=["owner_org", "updated_at", "version"])
    emit(
        PartySet(
            project_id=row.pk,
            subject_id=row.pk,
            role=role,
            organisation_id=organisation.pk,
            contact_id=contact.pk,
            before=before,
            after=after,
        ),
        actor=actor,
        at=now,
        reason=reason,
    )
    return party
