"""Propose a new wording of a rule, and work on the draft."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.core.refusals import Missing, Refused, Unacceptable
from lantu.core.sentences import sentence
from lantu.core.services.emit import emit
from lantu.duties.deadlines import due_after
from lantu.duties.services.lock import reserve_id
from lantu.duties.services.open import open_duty
from lantu.monitoring.events_desk import RuleProposed
from lantu.monitoring.rules.desk.models import RuleProposal
from lantu.monitoring.rules.desk.states import OPEN_STATES, next_status
from lantu.monitoring.rules.desk.wording import CHANGEABLE, date_fault, differences, faults, wording_of
from lantu.monitoring.rules.models import Rule, RuleVersion

SUBJECT = "monitoring.ruleproposal"
DRAFT_WORKING_DAYS = 5
MIN_WHY = 6
TO_SUBMIT = sentence(gettext_noop("修订规则“%(rule)s”：看过回放后提交批准"))


def newest_version(rule: Rule) -> RuleVersion:
    """The version that a change starts from: the newest, in force or about to be. Raises Missing without any."""
    version = RuleVersion.objects.select_related("rule").filter(rule=rule).order_by("-version").first()
    if version is None:
        raise Missing("monitoring.rule_unknown", _("这条规则还没有版本。"))
    return version


@transaction.atomic
def propose(
    rule: Rule, *, changes: Mapping[str, Any], effective_from: date, why: str, now: datetime, actor: User
) -> RuleProposal:
    """Open a draft: the proposer owes its submission within five working days.

    ``changes``: fields of CHANGEABLE. Raises Refused when another change of the rule is open or nothing changes,
    Unacceptable naming the field that is wrong.
    """
    rule = Rule.objects.select_for_update().get(pk=rule.pk)
    if RuleProposal.objects.filter(rule=rule, state__in=OPEN_STATES).exists():
        raise Refused(
            "monitoring.proposal_open",
            _("规则“%(rule)s”已有一项修订正在办理。") % {"rule": rule.name},
            remedy=_("请先办结或撤回那一项。"),
        )
    base = newest_version(rule)
    wording = checked(base, changes, effective_from=effective_from, why=why, today=timezone.localdate(now))
    proposal = RuleProposal(
        pk=reserve_id(RuleProposal), rule=rule, base=base, wording=wording, effective_from=effective_from,
        why=why.strip(), proposed_by=actor, proposed_at=now,
    )  # fmt: skip
    proposal.duty = open_duty(
        subject_type=SUBJECT,
        subject_id=proposal.pk,
        step="draft",
        title=TO_SUBMIT % {"rule": rule.name},
        action_label=gettext_noop("提交修订"),
        action_url=reverse("monitoring:proposal", args=[proposal.pk]),
        holder=actor,
        severity=1,
        due_at=due_after(now, working_days=DRAFT_WORKING_DAYS),
        now=now,
        actor=actor,
    )
    proposal.save(force_insert=True)
    emit(
        RuleProposed(project_id=None, subject_id=proposal.pk, rule=rule.code, base_version=base.version),
        actor=actor,
        at=now,
        reason=proposal.why,
    )
    return proposal


@transaction.atomic
def revise(
    proposal: RuleProposal,
    *,
    changes: Mapping[str, Any],
    effective_from: date,
    why: str,
    now: datetime,
    actor: User,
) -> RuleProposal:
    """Change a draft. Its earlier replays stay with the wording they were made for."""
    proposal = locked(proposal.pk)
    next_status(proposal.state, "revise")
    only_proposer(proposal, actor)
    proposal.wording = checked(
        proposal.base, changes, effective_from=effective_from, why=why, today=timezone.localdate(now)
    )
    proposal.effective_from, proposal.why = effective_from, why.strip()
    proposal.save(update_fields=["wording", "effective_from", "why"])
    return proposal


def locked(pk: int) -> RuleProposal:
    """The proposal, locked until the transaction ends."""
    return (
        RuleProposal.objects.select_for_update(of=("self",))
        .select_related("rule", "base__rule", "proposed_by", "duty")
        .get(pk=pk)
    )


def only_proposer(proposal: RuleProposal, actor: User) -> None:
    if proposal.proposed_by_id != actor.pk:
        raise Refused(
            "monitoring.not_the_proposer",
            _("这项修订由 %(who)s 提出，只能由本人修改或撤回。") % {"who": proposal.proposed_by},
            remedy=_("请联系提出人，或另行提出。"),
            status=403,
        )


def checked(
    base: RuleVersion, changes: Mapping[str, Any], *, effective_from: date, why: str, today: date
) -> dict[str, Any]:
    """The full wording, when it is sound and says something new."""
    unknown = set(changes) - set(CHANGEABLE)
    if unknown:
        raise Unacceptable(
            "monitoring.rule_field",
            _("不能修改 %(fields)s：这些决定了规则是什么。") % {"fields": "、".join(sorted(unknown))},
            remedy=_("需要另一条规则时，请在规则包里新增。"),
            field=sorted(unknown)[0],
        )
    if len(why.strip()) < MIN_WHY:
        raise Unacceptable(
            "monitoring.no_reason",
            _("请写明修订理由。"),
            remedy=_("不少于 6 个字，批准人和审计会看到。"),
            field="why",
        )
    before = wording_of(base)
    wording = {**before, **changes}
    found = [*faults(wording)]
    late = date_fault(effective_from, today=today)
    if late is not None:
        found.append(late)
    if found:
        raise Unacceptable(
            "monitoring.rule_fault", found[0].detail, remedy=found[0].remedy, field=found[0].field
        )
    if not differences(before, wording):
        raise Unacceptable(
            "monitoring.rule_same",
            _("与现行版本没有差别。"),
            remedy=_("请至少修改一项。"),
            field="levels",
        )
    return wording
