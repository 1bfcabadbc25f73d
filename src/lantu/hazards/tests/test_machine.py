"""A machine that tries every verb with every person at any time, and checks the laws of the house after each step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from lantu.core.models import Event
from lantu.core.refusals import Refused
from lantu.duties.models import Duty
from lantu.hazards import services as s
from lantu.hazards.actions import actions_for
from lantu.hazards.grave.standing import listing_in_force, stop_in_force
from lantu.hazards.models import ExtensionConsent, Hazard, InPlace
from lantu.hazards.replay import differences, rebuild
from lantu.hazards.states import OPEN_STATES, TRANSITIONS, Grade, HazardState, Verb, next_state
from lantu.hazards.tests.grave import SIX
from lantu.hazards.tests.site import NOW, photo
from lantu.hazards.verify import broken_laws

PEOPLE = ("officer", "inspector", "director", "contractor", "owner", "supervisor", "outsider")
WHY = "现场核实后的理由"
HOURS = timedelta(hours=1)
Act = Callable[[Any, Any, Any, Any], Any]


def _files() -> list[tuple[str, bytes]]:
    return [("现场.jpg", photo())]


ACTS: dict[str, Act] = {
    "confirm": lambda h, by, now, c: s.confirm(h, by=by, now=now, grade=2 + h.pk % 2),
    "confirm_major": lambda h, by, now, c: s.confirm(h, by=by, now=now, grade=4, major_clause="pit-4"),
    "issue": lambda h, by, now, c: s.issue_order(h, by=by, now=now, stop_scope="whole" if h.is_major else ""),
    "accept": lambda h, by, now, c: s.accept_order(h, by=by, now=now),
    "plan": lambda h, by, now, c: s.submit_plan(h, by=by, now=now, items=SIX),
    "approve": lambda h, by, now, c: s.approve_plan(h, by=by, now=now, in_place=InPlace.values),
    "return_plan": lambda h, by, now, c: s.return_plan(h, by=by, now=now, reason=WHY),
    "reply": lambda h, by, now, c: s.submit_reply(h, by=by, now=now, text="已按要求整改", files=_files()),
    "sv_confirm": lambda h, by, now, c: s.supervisor_confirm(h, by=by, now=now),
    "sv_return": lambda h, by, now, c: s.supervisor_return(h, by=by, now=now, reason=WHY),
    "close": lambda h, by, now, c: s.recheck_close(h, by=by, now=now, experts="薛教授 咨询院"),
    "recheck_return": lambda h, by, now, c: s.recheck_return(h, by=by, now=now, reason=WHY),
    "stop": lambda h, by, now, c: s.order_stop(h, by=by, now=now, scope="whole", reason=WHY),
    "ask_resume": lambda h, by, now, c: s.ask_resume(h, by=by, now=now, text=WHY, files=_files()),
    "resume": lambda h, by, now, c: s.order_resume(h, by=by, now=now),
    "list": lambda h, by, now, c: s.list_hazard(
        h,
        by=by,
        now=now,
        authority="市安委会",
        document_no="〔2026〕1号",
        requirement=WHY,
        until=now + 99 * HOURS,
    ),
    "delist": lambda h, by, now, c: s.delist(h, by=by, now=now, document_no="〔2026〕2号", note=WHY),
    "dispute": lambda h, by, now, c: s.dispute(h, by=by, now=now, ground="facts", reason=WHY),
    "uphold": lambda h, by, now, c: s.decide_dispute(h, by=by, now=now, outcome="upheld", reason=WHY),
    "redirect": lambda h, by, now, c: s.decide_dispute(
        h, by=by, now=now, outcome="redirected", to=c.owner, reason=WHY
    ),
    "transfer": lambda h, by, now, c: s.transfer(h, to=c.owner, by=by, now=now, reason=WHY),
    "back": lambda h, by, now, c: s.transfer(h, to=c.contractor, by=by, now=now, reason=WHY),
    "regrade": lambda h, by, now, c: s.regrade(
        h, by=by, now=now, grade=2 + (h.grade + 1) % 3, reason=WHY, major_clause="pit-4"
    ),
    "ask_extension": lambda h, by, now, c: s.ask_extension(
        h, by=by, now=now, wanted_due_at=(h.due_at or now) + 24 * HOURS, reason=WHY
    ),
    "consent": lambda h, by, now, c: s.consent_extension(h, by=by, now=now, reason=WHY),
    "grant": lambda h, by, now, c: s.decide_extension(h, by=by, now=now, granted=True, reason=WHY),
    "refuse": lambda h, by, now, c: s.decide_extension(h, by=by, now=now, granted=False, reason=WHY),
    "false": lambda h, by, now, c: s.mark_false_positive(h, by=by, now=now, reason=WHY),
    "decline": lambda h, by, now, c: s.decline_false_positive(h, by=by, now=now, reason=WHY),
    "void": lambda h, by, now, c: s.void(h, by=by, now=now, reason=WHY),
    "reopen": lambda h, by, now, c: s.reopen(h, by=by, now=now, reason=WHY),
}
# What mostly leads on, so that runs reach the far states; and who mostly takes it.
ONWARD = {
    "detected": ("confirm_major", "officer"), "confirmed": ("issue", "officer"), "ordered": ("accept", "contractor"),
    "accepted": ("plan", "contractor"), "plan_submitted": ("approve", "inspector"), "rectifying": ("reply", "contractor"),
    "returned": ("reply", "contractor"), "submitted": ("sv_confirm", "supervisor"), "sv_confirmed": ("close", "inspector"),
    "disputed": ("uphold", "director"), "closed": ("reopen", "inspector"),
}  # fmt: skip


def _machine(cast: Any, project: Any) -> type[RuleBasedStateMachine]:
    class Life(RuleBasedStateMachine):
        """One hazard, all verbs, all people; the clock only goes forward."""

        @initialize()
        def begin(self) -> None:
            self.savepoint = transaction.atomic()
            self.savepoint.__enter__()
            self.now = NOW
            self.hazard = s.record_hazard(
                project=project, title="基坑支护变形超限", grade=3, by=cast.inspector, now=NOW
            )
            self.red_extensions = 0

        def teardown(self) -> None:
            if hasattr(self, "savepoint"):
                transaction.set_rollback(True)
                self.savepoint.__exit__(None, None, None)

        def take(self, name: str, who: str, hours: int) -> bool:
            self.now += hours * HOURS
            person = type(cast.officer).objects.get(pk=getattr(cast, who).pk)
            before = (self.hazard.state, self.hazard.version, self.hazard.due_at)
            try:
                with transaction.atomic():
                    ACTS[name](self.hazard, person, self.now, cast)
            except Refused:
                self.hazard = Hazard.objects.select_related("duty", "project").get(pk=self.hazard.pk)
                assert (self.hazard.state, self.hazard.version, self.hazard.due_at) == before, (
                    "a refusal changes nothing"
                )
                return False
            self.hazard = Hazard.objects.select_related("duty", "project").get(pk=self.hazard.pk)
            return True

        @rule(name=st.sampled_from(sorted(ACTS)), who=st.sampled_from(PEOPLE), hours=st.integers(0, 30))
        def anything(self, name: str, who: str, hours: int) -> None:
            grade, extended = self.hazard.grade, self.hazard.extensions
            self.take(name, who, hours)
            if grade == Grade.RED and self.hazard.extensions > extended:
                assert ExtensionConsent.objects.filter(hazard=self.hazard, by=cast.inspector).exists()

        @precondition(lambda self: self.hazard.state in ONWARD)
        @rule(hours=st.integers(0, 3), times=st.integers(1, 6))
        def onward(self, hours: int, times: int) -> None:
            for _ in range(times):
                if self.hazard.state not in ONWARD:
                    return
                name, who = ONWARD[self.hazard.state]
                if not self.take(name, who, hours):
                    others = {
                        "close": ("ask_resume", "resume", "delist"),
                        "approve": ("approve",),
                        "accept": ("accept",),
                    }
                    for other in others.get(name, ("decline",)):
                        for helper in (
                            "contractor",
                            "owner",
                            "inspector",
                            "officer",
                            "supervisor",
                            "director",
                        ):
                            self.take(other, helper, 0)

        @invariant()
        def open_means_somebody_owes_it(self) -> None:
            if not hasattr(self, "hazard"):
                return
            owed = Duty.objects.filter(
                subject_type="hazards.hazard", subject_id=self.hazard.pk, closed_at=None
            )
            assert owed.count() == (1 if self.hazard.state in OPEN_STATES else 0)
            assert not broken_laws(self.hazard)

        @invariant()
        def doers_are_different_people(self) -> None:
            if not hasattr(self, "hazard") or self.hazard.state != HazardState.CLOSED:
                return
            h = self.hazard
            units = {h.rectifier.organisation_id, h.supervisor.organisation_id, h.rechecker.organisation_id}
            assert len({h.rectifier_id, h.supervisor_id, h.rechecker_id}) == 3
            assert len(units) == 3
            assert stop_in_force(h) is None
            assert listing_in_force(h) is None

        @invariant()
        def events_rebuild_it(self) -> None:
            if not hasattr(self, "hazard"):
                return
            rows = Event.objects.filter(subject_type="hazards.hazard", subject_id=self.hazard.pk).order_by(
                "id"
            )
            built = rebuild(list(rows.values_list("kind", "payload")))
            stopped, listed = (
                stop_in_force(self.hazard) is not None,
                listing_in_force(self.hazard) is not None,
            )
            assert differences(self.hazard, built, stopped=stopped, listed=listed) == []

        @invariant()
        def what_is_offered_is_in_the_table(self) -> None:
            if not hasattr(self, "hazard"):
                return
            for action in actions_for(cast.outsider, self.hazard):
                raise AssertionError(f"an outsider is offered {action.verb}")

    return Life


@pytest.mark.django_db
def test_every_verb_at_any_time(cast: Any, site_project: Any) -> None:
    run_state_machine_as_test(
        _machine(cast, site_project),
        settings=settings(
            max_examples=8,
            stateful_step_count=14,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
            database=None,
        ),
    )


def test_the_table_leads_from_every_open_state_to_an_end() -> None:
    ways: dict[str, set[str]] = {}
    for (state, _verb), after in TRANSITIONS.items():
        ways.setdefault(str(state), set()).add(str(after))
    for state in OPEN_STATES:
        seen, todo = {state}, [state]
        while todo:
            for after in ways.get(todo.pop(), set()) - seen:
                seen.add(after)
                todo.append(after)
        assert HazardState.CLOSED in seen, f"no way from {state} to the cancelled number"


def test_only_the_table_moves_a_hazard() -> None:
    for state in HazardState:
        for verb in Verb:
            if (state, verb) in TRANSITIONS:
                assert next_state(state, verb) == TRANSITIONS[(state, verb)]
            else:
                with pytest.raises(Refused):
                    next_state(state, verb)
