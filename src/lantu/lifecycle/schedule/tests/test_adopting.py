"""A levelling proposal becomes constraints of a draft, with owner and reason; it can be taken back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lantu.core.refusals import Denied, Refused, Unacceptable
from lantu.lifecycle.schedule.models import Schedule
from lantu.lifecycle.schedule.models_kept import ScheduleLevelling
from lantu.lifecycle.schedule.services import (
    Change,
    adopt_levelling,
    ask_levelling,
    discard_draft,
    edit_schedule,
    proposal_for,
    revise_schedule,
    undo_adoption,
    what_adoption_does,
)
from lantu.lifecycle.schedule.services.level import run_levelling
from lantu.lifecycle.schedule.services.passing import Stale
from lantu.lifecycle.schedule.tests.scenes import at
from lantu.lifecycle.schedule.tests.test_levelling import NOW, two_plans_one_machine

pytestmark = pytest.mark.django_db
WHY = "摊铺机组先给另一项目"


@pytest.fixture
def levelled(site_project: Any, other_project: Any, cast: Any) -> tuple[ScheduleLevelling, Schedule]:
    """A finished run, and the plan that it moves."""
    plans = two_plans_one_machine(site_project, other_project, cast)
    run = ask_levelling(codes=["TBM"], from_on=NOW.date(), by=cast.officer, now=NOW)
    run = run_levelling(run_id=run.pk, now=NOW)
    moved = {move["schedule"] for move in run.result["moves"]}
    return run, next(plan for plan in plans if plan.pk in moved)


def adopt(levelled: tuple[ScheduleLevelling, Schedule], cast: Any, **more: Any) -> Any:
    run, plan = levelled
    given = {"responsible": cast.officer, "reason": WHY, "by": cast.officer, "now": NOW}
    return adopt_levelling(run, plan, **{**given, **more})


def test_adopting_constrains_a_new_revision_and_leaves_the_plan_alone(levelled: Any, cast: Any) -> None:
    run, plan = levelled
    proposal = proposal_for(run, plan)
    does = what_adoption_does(proposal)
    adoption = adopt(levelled, cast)
    draft, move = adoption.draft, proposal.moves[0]
    assert (draft.status, draft.replaces_id, draft.finish_at) == ("draft", plan.pk, does.finish_after)
    row = draft.activities.get(code=move["code"])
    assert row.constraint_kind == "start_after"
    assert row.early_start_at.date().isoformat() >= move["to_on"]
    assert {one.code for one in does.moved} >= {one["code"] for one in proposal.moves}
    assert plan.activities.get(code=move["code"]).constraint_kind == ""
    with pytest.raises(Refused, match="已采纳"):
        adopt(levelled, cast)


def test_undoing_an_untouched_draft_discards_it(levelled: Any, cast: Any) -> None:
    adoption = adopt(levelled, cast)
    undone = undo_adoption(adoption, reason="改用备用机组", by=cast.officer, now=NOW)
    draft = Schedule.objects.get(pk=adoption.draft_id)
    assert (draft.status, undone.undone_by) == ("discarded", cast.officer)
    with pytest.raises(Refused, match="已经撤销"):
        undo_adoption(adoption, reason="改用备用机组", by=cast.officer, now=NOW)
    assert adopt(levelled, cast).draft_id != draft.pk
    again = revise_schedule(draft, by=cast.officer, now=NOW)
    assert again.status == "draft"


def test_undoing_an_edited_draft_gives_back_only_what_still_stands(levelled: Any, cast: Any) -> None:
    run, plan = levelled
    draft = revise_schedule(plan, by=cast.officer, now=NOW)
    codes = [move["code"] for move in proposal_for(run, plan).moves]
    before = {"constraint_kind": "start_after", "constraint_at": at("2026-09-22 00:00")}
    draft = edit_schedule(
        draft, edited_no=draft.edited_no, changes=[Change(op="set", code=codes[0], values=before)], by=cast.officer,
        now=NOW,
    )  # fmt: skip
    with pytest.raises(Stale):
        adopt(levelled, cast, draft=draft, edited_no=draft.edited_no - 1)
    adoption = adopt(levelled, cast, draft=draft, edited_no=draft.edited_no)
    assert not adoption.made_draft
    undo_adoption(adoption, reason="改用备用机组", by=cast.officer, now=NOW)
    draft.refresh_from_db()
    row = draft.activities.get(code=codes[0])
    assert (draft.status, row.constraint_kind, row.constraint_at) == (
        "draft",
        "start_after",
        before["constraint_at"],
    )


def test_what_cannot_be_adopted_is_refused_with_the_remedy(levelled: Any, cast: Any) -> None:
    run, plan = levelled
    with pytest.raises(Denied):
        adopt(levelled, cast, by=cast.contractor)
    with pytest.raises(Unacceptable):
        adopt(levelled, cast, reason=" ")
    with pytest.raises(Unacceptable):
        adopt(levelled, cast, responsible=cast.expert)
    code = proposal_for(run, plan).moves[0]["code"]
    plan.activities.filter(code=code).update(actual_start_at=NOW)
    with pytest.raises(Refused, match=code) as refusal:
        adopt(levelled, cast)
    assert "重新计算" in refusal.value.remedy


def test_a_form_sent_twice_makes_one_revision(levelled: Any, cast: Any) -> None:
    first = revise_schedule(levelled[1], by=cast.officer, now=NOW)
    assert revise_schedule(levelled[1], by=cast.officer, now=NOW).pk == first.pk
    assert revise_schedule(levelled[1], by=cast.officer, now=at("2026-09-18 10:05")).pk != first.pk
    assert revise_schedule(levelled[1], by=cast.director, now=NOW).pk != first.pk


def test_a_draft_is_discarded_only_as_it_was_read_and_with_a_reason(levelled: Any, cast: Any) -> None:
    draft = revise_schedule(levelled[1], by=cast.officer, now=NOW)
    with pytest.raises(Stale):
        discard_draft(draft, edited_no=draft.edited_no + 1, reason="重复", by=cast.officer, now=NOW)
    with pytest.raises(Unacceptable):
        discard_draft(draft, edited_no=draft.edited_no, reason="", by=cast.officer, now=NOW)
    assert (
        discard_draft(draft, edited_no=draft.edited_no, reason="重复", by=cast.officer, now=NOW).status
        == "discarded"
    )


def test_the_pages_preview_adopt_and_undo(levelled: Any, cast: Any) -> None:
    run, plan = levelled
    client = Client()
    client.force_login(cast.officer)
    page = reverse("lifecycle:schedule_adopt", args=[run.pk, plan.pk])
    assert page in client.get(reverse("lifecycle:schedule_levelling", args=[run.pk])).content.decode()
    shown = client.get(page)
    assert shown.status_code == 200
    refused = client.post(page, {"reason": "", "responsible": cast.officer.pk, "target": "new"})
    assert refused.status_code == 422
    done = client.post(page, {"reason": WHY, "responsible": cast.officer.pk, "target": "new"})
    adoption = run.adoptions.get()
    assert done["Location"] == reverse("lifecycle:schedule_gantt", args=[adoption.draft_id])
    code = adoption.moves[0]["code"]
    activity = reverse("lifecycle:schedule_activity", args=[adoption.draft.activities.get(code=code).pk])
    assert WHY in client.get(activity).content.decode()
    undo = reverse("lifecycle:schedule_adoption_undo", args=[adoption.pk])
    assert client.post(undo, {"reason": ""}).status_code == 422
    assert client.post(undo, {"reason": "改用备用机组"}).status_code == 302
    run_page = client.get(reverse("lifecycle:schedule_levelling", args=[run.pk])).content.decode()
    assert "改用备用机组" in run_page


def test_the_api_adopts_undoes_and_tells_float_paths(levelled: Any, cast: Any) -> None:
    run, plan = levelled
    client = Client()
    client.force_login(cast.officer)

    def post(path: str, **body: Any) -> Any:
        return client.post(f"/api/v1/schedules{path}", body, content_type="application/json")

    asked = {"schedule": plan.pk, "responsible": cast.officer.username, "reason": WHY}
    made = post(f"/levellings/{run.pk}/adopt", **asked)
    assert made.status_code == 201
    assert post(f"/levellings/{run.pk}/adopt", **asked).status_code == 409
    assert post(f"/levellings/{run.pk}/adopt", **asked | {"responsible": "nobody"}).status_code == 422
    undone = post(f"/adoptions/{made.json()['id']}/undo", reason="改用备用机组")
    assert undone.json()["undone_at"] is not None
    draft = revise_schedule(plan, by=cast.officer, now=NOW)
    stale = post(f"/{draft.pk}/discard", edited_no=draft.edited_no + 1, reason="重复")
    assert stale.status_code == 409
    assert (
        post(f"/{draft.pk}/discard", edited_no=draft.edited_no, reason="重复").json()["status"] == "discarded"
    )
    paths = client.get(f"/api/v1/schedules/{plan.pk}/float-paths?end=C").json()
    assert paths[0]["activities"][-1] == "C"
    assert [path["joins"] for path in paths] == [None, "C"]
