"""A warning becomes a hazard, and by default an order at once, so that nothing waits for a desk."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.core.refusals import Refused
from lantu.core.sentences import sentence
from lantu.core.services.emit import emit, hold_chain
from lantu.hazards.events import HazardOpened
from lantu.hazards.grave.climbing import climb_at_dispatch
from lantu.hazards.measures import field_of_channel, standard_measures, sub_type_of
from lantu.hazards.models import Hazard
from lantu.hazards.parties import rectifying_person, remember_contacts, supervising_person
from lantu.hazards.services.issue_order import announce_order, write_order
from lantu.hazards.services.passing import SUBJECT, first_duty, next_pk
from lantu.hazards.states import HazardState, Source
from lantu.monitoring.alerts.services.take_up import take_up
from lantu.monitoring.alerts.states import AlertKind
from lantu.monitoring.models import Alert
from lantu.projects.models import Project

OVER_LIMIT = sentence(gettext_noop("%(device)s %(what)s 超限"))
JUDGED_WRONG = sentence(gettext_noop("%(time)s 规则“%(rule)s”判定异常。"))
MEASURED = sentence(
    gettext_noop(
        "%(time)s 实测 %(value)s %(unit)s，%(level)s限值 %(limit)s %(unit)s（规则“%(rule)s”第 %(version)d 版）。"
    )
)


@transaction.atomic
def open_hazard(
    alert: Alert, *, now: datetime, cause_id: int | None = None, automatic: bool | None = None
) -> Hazard:
    """Open the hazard of a risk alert; the second call for the same alert returns the first one's hazard.

    ``automatic`` (default: setting HAZARDS_AUTO_DISPATCH, on): the system issues the order with the rule's clause
    and standard measures on behalf of the project's officer. Where a party is missing, or without ``automatic``,
    the hazard waits for the officer's order. Raises Refused for technical and for closed alerts.
    """
    hold_chain(alert.project_id)
    alert = (
        Alert.objects.select_for_update(of=("self",))
        .select_related("project", "device", "channel", "rule_version__rule")
        .get(pk=alert.pk)
    )
    known = Hazard.objects.filter(alert=alert).first()
    if known is not None:
        return known
    if alert.kind != AlertKind.RISK or alert.closed_at is not None:
        raise Refused("hazards.not_a_risk", _("只有未关闭的风险预警可以转为隐患。"))
    if automatic is None:
        automatic = getattr(settings, "HAZARDS_AUTO_DISPATCH", True)
    remember_contacts(alert.project)
    hazard = _from_alert(alert, now)
    order = automatic and can_dispatch(alert.project)
    if order:
        write_order(hazard, issuer=None, now=now)
    hazard.duty = first_duty(hazard, now=now, actor=None)
    hazard.save(force_insert=True)
    opened = emit(
        HazardOpened(
            project_id=hazard.project_id,
            subject_id=hazard.pk,
            before="",
            after=HazardState.CONFIRMED,
            source=hazard.source,
            grade=hazard.grade,
            title=hazard.title,
            alert_id=alert.pk,
        ),
        actor=None,
        at=now,
        cause_id=cause_id,
    )
    if order:
        announce_order(hazard, before=HazardState.CONFIRMED, by=None, now=now, cause_id=opened.pk)
        climb_at_dispatch(hazard, now=now)
    take_up(alert, now=now, actor=None, hazard_ref=f"{SUBJECT}:{hazard.pk}")
    return hazard


def can_dispatch(project: Project) -> bool:
    """Whether the project has somebody to rectify and somebody else to confirm."""
    rectifier = rectifying_person(project)
    if rectifier is None:
        return False
    try:
        supervising_person(project, rectifier=rectifier)
    except Refused:
        return False
    return True


def _from_alert(alert: Alert, now: datetime) -> Hazard:
    """A hazard that the rule itself has confirmed, not yet stored."""
    version, device = alert.rule_version, alert.device
    label = alert.channel.label if alert.channel else device.type.label
    located = device.lon is not None and device.lat is not None
    return Hazard(
        pk=next_pk(),
        project=alert.project,
        alert=alert,
        source=Source.WARNING,
        title=OVER_LIMIT % {"device": device.name, "what": label},
        description=_description(alert),
        place=device.place,
        lon=device.lon if located else alert.project.lon,
        lat=device.lat if located else alert.project.lat,
        grade=alert.severity,
        clause=" ".join(part for part in (version.basis, version.clause) if part)[:400],
        measures_required=standard_measures(alert.channel.key if alert.channel else ""),
        rule_label=version.label,
        field=field_of_channel(alert.channel.key if alert.channel else ""),
        sub_type=sub_type_of(alert.channel.key if alert.channel else ""),
        state=HazardState.CONFIRMED,
        opened_at=now,
        confirmed_at=now,
    )


def _description(alert: Alert) -> str:
    if alert.last_value is None or alert.limit is None:
        return JUDGED_WRONG % {
            "time": f"{timezone.localtime(alert.opened_at):%Y-%m-%d %H:%M}",
            "rule": alert.rule_version.rule.name,
        }
    return MEASURED % {
        "time": f"{timezone.localtime(alert.opened_at):%Y-%m-%d %H:%M}",
        "value": f"{alert.last_value:g}",
        "unit": alert.unit,
        "level": alert.level,
        "limit": f"{alert.limit:g}",
        "rule": alert.rule_version.rule.name,
        "version": alert.rule_version.version,
    }
