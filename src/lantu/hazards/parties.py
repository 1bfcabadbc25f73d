"""Who of a project's people takes which part in a hazard. A missing party never leaves a hazard without a holder."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.roles import Role
from lantu.core.refusals import Refused
from lantu.projects.models import Party, Project

R = Party.Role
RECTIFIERS = (R.CONTRACTOR, R.AGENT, R.OWNER)
ADDRESSEES = (R.CONTRACTOR, R.AGENT, R.OWNER, R.DESIGNER)
SUPERVISORS = (R.SUPERVISOR, R.AGENT, R.OWNER)
DISPATCHERS = (R.OFFICER, R.INSPECTOR)
RECHECKERS = (R.INSPECTOR, R.OFFICER)


_REMEMBERED = "_contacts_of_this_call"


def remember_contacts(project: Project) -> None:
    """Ask once for a whole verb: for a row read within the verb's own transaction, which nobody keeps."""
    setattr(project, _REMEMBERED, contacts(project))


def contacts(project: Project) -> dict[str, User]:
    """Role → accountable person of the project's parties."""
    remembered: dict[str, User] | None = getattr(project, _REMEMBERED, None)
    if remembered is not None:
        return dict(remembered)
    parties = Party.objects.filter(project=project).select_related("contact__organisation")
    return {party.role: party.contact for party in parties}


def _first(
    people: dict[str, User], roles: Iterable[str], *, other_than: Iterable[User | None] = ()
) -> User | None:
    """The first of ``roles`` whose person and unit differ from those of ``other_than``."""
    others = [person for person in other_than if person is not None]
    taken = {person.pk for person in others}
    units = {person.organisation_id for person in others}
    for role in roles:
        person = people.get(role)
        if person is not None and person.pk not in taken and person.organisation_id not in units:
            return person
    return None


def rectifying_person(project: Project) -> User | None:
    """The contractor's person; where none is registered the agent's or the owner's; None when there is nobody."""
    return _first(contacts(project), RECTIFIERS)


def supervising_person(project: Project, *, rectifier: User | None) -> User:
    """The supervising engineer; without one, the owner. Raises Refused when both are missing."""
    found = _first(contacts(project), SUPERVISORS, other_than=[rectifier])
    if found is None:
        raise Refused(
            "hazards.no_supervisor",
            _("项目“%(project)s”没有可以确认整改的监理单位。") % {"project": project.name},
            remedy=_("请先在项目的“参建单位”里登记监理单位及其责任人。"),
        )
    return found


def supervising_unit_id(project: Project, *, rectifier: User | None) -> int | None:
    """The unit whose people confirm replies in this project."""
    return supervising_person(project, rectifier=rectifier).organisation_id


def dispatching_person(project: Project) -> User:
    """Who issues orders: the bureau's officer of the project, else an inspector, else anybody of the bureau."""
    return _first(contacts(project), DISPATCHERS) or _of_bureau(others=[])


def rechecking_person(project: Project, *, rectifier: User | None, supervisor: User | None) -> User:
    """Who re-checks: independent of the rectifying and the supervising unit."""
    others = [rectifier, supervisor]
    return _first(contacts(project), RECHECKERS, other_than=others) or _of_bureau(others=others)


def arbitrating_person(project: Project, *, other_than: Iterable[User | None]) -> User:
    """Who decides on a dispute: the bureau's officer, unless it was they who issued the order."""
    people = contacts(project)
    others = [person for person in other_than if person is not None]
    officer = people.get(R.OFFICER)
    if officer is not None and officer.pk not in {person.pk for person in others}:
        return officer
    return _of_bureau(others=others)


def listing_person(project: Project) -> User:
    """Who handles the listing of a hazard: the bureau's officer."""
    return contacts(project).get(R.OFFICER) or _of_bureau(others=[])


def addressees(project: Project) -> list[User]:
    """Accountable people of the parties that an order may be addressed to."""
    people = contacts(project)
    found = [people[role] for role in ADDRESSEES if role in people]
    return list({person.pk: person for person in found if person.organisation_id is not None}.values())


def deciding_person(project: Project, *, other_than: User) -> User:
    """Who decides on a claim of a false positive: somebody of another unit than the claimant."""
    return _first(contacts(project), DISPATCHERS, other_than=[other_than]) or _of_bureau(others=[other_than])


def _of_bureau(*, others: Iterable[User | None]) -> User:
    taken = {person.pk for person in others if person is not None}
    found = (
        User.objects.filter(is_active=True, organisation__isnull=False)
        .filter(grants__role__in=[Role.OFFICER, Role.DIRECTOR])
        .exclude(pk__in=taken)
        .order_by("pk")
        .first()
    )
    if found is None:
        raise Refused(
            "hazards.nobody_in_bureau",
            _("没有可以承接这条隐患的局经办人。"),
            remedy=_("请系统管理员为重点工程管理局配置经办人。"),
        )
    return found
