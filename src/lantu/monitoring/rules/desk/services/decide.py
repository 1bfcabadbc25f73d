"""Submit a draft, and decide on it: four eyes, and nothing takes effect before the second pair has looked."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from lantu.accounts.models import User
from lantu.accounts.permissions import may
from lantu.accounts.roles import Role
from lantu.core.refusals import Refused, Unacceptable
from lantu.core.sentences import sentence
from lantu.core.services.emit import emit
from lantu.duties.deadlines import due_after
from lantu.duties.models import Duty
from lantu.duties.services.close import close_duty
from lantu.duties.services.move import move_duty
from lantu.monitoring.events_desk import RuleProposalDecided, RuleProposalSubmitted
from lantu.monitoring.rules.desk.models import RuleProposal
from lantu.monitoring.rules.desk.replay import can_be_replayed
from lantu.monitoring.rules.desk.services.propose import DRAFT_WORKING_DAYS, MIN_WHY, locked, only_proposer
from lantu.monitoring.rules.desk.states import PreviewState, ProposalState, next_status
from lantu.monitoring.rules.services.load_rules import fingerprint_of
from lantu.monitoring.rules.services.new_version import new_version

APPROVE_WORKING_DAYS = 2
TO_APPROVE = sentence(gettext_noop("批准规则修订“%(rule)s”"))
SENT_BACK = sentence(gettext_noop("规则修订“%(rule)s”被退回"))


@transaction.atomic
def submit(proposal: RuleProposal, *, now: datetime, actor: User) -> RuleProposal:
    """Hand the draft to somebody else for approval. Raises Refused before this very wording was replayed."""
    proposal = locked(proposal.pk)
    state = next_status(proposal.state, "submit")
    only_proposer(proposal, actor)
    shown = proposal.previews.filter(
        state=PreviewState.DONE, fingerprint=fingerprint_of(proposal.wording)
    ).exists()
    if not shown and can_be_replayed(proposal.wording["kind"]):
        raise Refused(
            "monitoring.no_preview",
            _("这一稿还没有回放：不知道它会触发多少次。"),
            remedy=_("请先回放最近 30 天，看过结果再提交。"),
        )
    proposal.state, proposal.submitted_at, proposal.note = state, now, ""
    proposal.duty = move_duty(
        _duty(proposal),
        step="approve",
        title=TO_APPROVE % {"rule": proposal.rule.name},
        action_label=gettext_noop("核对并决定"),
        action_url=reverse("monitoring:proposal", args=[proposal.pk]),
        holder=approver_for(proposal),
        due_at=due_after(now, working_days=APPROVE_WORKING_DAYS),
        now=now,
        actor=actor,
        severity=2,
    )
    proposal.save(update_fields=["state", "submitted_at", "note", "duty"])
    emit(
        RuleProposalSubmitted(project_id=None, subject_id=proposal.pk, rule=proposal.rule.code),
        actor=actor,
        at=now,
        reason=proposal.why,
    )
    return proposal


@transaction.atomic
def approve(proposal: RuleProposal, *, note: str, now: datetime, actor: User) -> RuleProposal:
    """Make the wording the rule's next version. Raises Refused for the proposer, and when the rule moved on meanwhile."""
    proposal = locked(proposal.pk)
    state = next_status(proposal.state, "approve")
    _not_the_same_person(proposal, actor)
    if proposal.rule.versions.filter(version__gt=proposal.base.version).exists():
        raise Refused(
            "monitoring.rule_moved_on",
            _("这条规则在提出之后已有新版本，修订的出发点不再成立。"),
            remedy=_("请退回，由提出人按新版本重新修订。"),
        )
    proposal.version = new_version(
        proposal.rule, wording=proposal.wording, effective_from=proposal.effective_from, now=now, actor=actor
    )
    _decide(proposal, state, note=note, now=now, actor=actor)
    proposal.effective_from = proposal.version.effective_from
    close_duty(_duty(proposal), now=now, actor=actor, outcome=gettext_noop("已批准"))
    proposal.save()
    emit(
        RuleProposalDecided(
            project_id=None, subject_id=proposal.pk, rule=proposal.rule.code, outcome="approved",
            version=proposal.version.version,
        ),
        actor=actor,
        at=now,
        reason=proposal.note,
    )  # fmt: skip
    return proposal


@transaction.atomic
def send_back(proposal: RuleProposal, *, note: str, now: datetime, actor: User) -> RuleProposal:
    """Back to the proposer, with what is missing."""
    proposal = locked(proposal.pk)
    state = next_status(proposal.state, "return")
    _not_the_same_person(proposal, actor)
    _need_words(note)
    _decide(proposal, state, note=note, now=now, actor=actor)
    proposal.duty = move_duty(
        _duty(proposal),
        step="draft",
        title=SENT_BACK % {"rule": proposal.rule.name},
        action_label=gettext_noop("修改后再提交"),
        action_url=reverse("monitoring:proposal", args=[proposal.pk]),
        holder=proposal.proposed_by,
        due_at=due_after(now, working_days=DRAFT_WORKING_DAYS),
        now=now,
        actor=actor,
        severity=1,
    )
    proposal.save()
    _tell(proposal, "returned", now=now, actor=actor)
    return proposal


@transaction.atomic
def withdraw(proposal: RuleProposal, *, note: str, now: datetime, actor: User) -> RuleProposal:
    """The proposer gives it up."""
    proposal = locked(proposal.pk)
    state = next_status(proposal.state, "withdraw")
    only_proposer(proposal, actor)
    _decide(proposal, state, note=note, now=now, actor=actor)
    close_duty(_duty(proposal), now=now, actor=actor, outcome=gettext_noop("已撤回"))
    proposal.save()
    _tell(proposal, "withdrawn", now=now, actor=actor)
    return proposal


def approver_for(proposal: RuleProposal) -> User:
    """A head of the bureau, else another officer; never the proposer. Raises Refused when there is nobody."""
    for role in (Role.DIRECTOR, Role.OFFICER):
        people = (
            User.objects.filter(is_active=True, organisation__isnull=False, grants__role=role)
            .exclude(pk=proposal.proposed_by_id)
            .order_by("pk")
            .distinct()
        )
        for person in people[:20]:
            if may(person, "monitoring.approve_rule"):
                return person
    raise Refused(
        "monitoring.no_approver",
        _("没有第二个人可以批准规则修订。"),
        remedy=_("请为重点工程管理局配置另一位领导或经办。"),
    )


def _duty(proposal: RuleProposal) -> Duty:
    assert proposal.duty is not None
    return proposal.duty


def _not_the_same_person(proposal: RuleProposal, actor: User) -> None:
    if proposal.proposed_by_id == actor.pk:
        raise Refused(
            "monitoring.same_person",
            _("修订须由提出人以外的人决定。"),
            remedy=_("请由另一位有权限的人办理。"),
            status=403,
        )


def _need_words(note: str) -> None:
    if len(note.strip()) < MIN_WHY:
        raise Unacceptable(
            "monitoring.no_reason", _("请写明退回理由。"), remedy=_("不少于 6 个字。"), field="note"
        )


def _decide(proposal: RuleProposal, state: str, *, note: str, now: datetime, actor: User) -> None:
    proposal.state = state
    proposal.note = note.strip()[:500]
    if state == ProposalState.APPROVED or actor.pk != proposal.proposed_by_id:
        proposal.decided_by, proposal.decided_at = actor, now


def _tell(proposal: RuleProposal, outcome: str, *, now: datetime, actor: User) -> None:
    emit(
        RuleProposalDecided(
            project_id=None, subject_id=proposal.pk, rule=proposal.rule.code, outcome=outcome, version=None
        ),
        actor=actor,
        at=now,
        reason=proposal.note,
    )
