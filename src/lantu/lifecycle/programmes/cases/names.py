"""The names that must not survive in a template: everybody's and every unit's, not only the project's own."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lantu.accounts.models import Organisation, User
from lantu.calc.anonymise import Known
from lantu.projects.models import Party, Project, ProjectCode

SHORTEST_UNIT, SHORTEST_PERSON = 3, 2


def known_names(project: Project) -> Known:
    """Units of the project by their part, all others as “某单位”; people as “责任人”; the project as “本项目”."""
    roles: dict[int, str] = {project.owner_org_id: str(Party.Role.OWNER.label)}
    for row in Party.objects.filter(project=project):
        roles.setdefault(row.organisation_id, str(Party.Role(row.role).label))
    units: dict[str, str] = {}
    for pk, name, short in Organisation.objects.values_list("pk", "name", "short_name"):
        word = roles.get(pk, _("某单位"))
        for text in (name, short):
            if text and len(text) >= SHORTEST_UNIT:
                units.setdefault(text, word)
    people = {
        name: _("责任人")
        for name in User.objects.exclude(display_name="").values_list("display_name", flat=True)
        if len(name) >= SHORTEST_PERSON
    }
    others = {project.name: _("本项目"), project.code: _("（项目代码）")}
    others |= {
        code: _("（项目代码）")
        for code in ProjectCode.objects.filter(project=project).values_list("code", flat=True)
    }
    if project.local_no:
        others[project.local_no] = _("（编号）")
    if project.address:
        others[project.address] = _("（地址）")
    return Known(people=people, units=units, others=others)
