"""Figures of the appraisal: nothing before publication, then dated by the month and agreeing with its rows."""

from __future__ import annotations

from typing import Any

import pytest

from lantu.core.figures import read_figure
from lantu.lifecycle.checklists import selectors
from lantu.lifecycle.checklists.appraisal import services
from lantu.lifecycle.checklists.tests.stories import at, scored

pytestmark = pytest.mark.django_db
FIGURES = ("appraisal.mean_score", "appraisal.below_plan", "appraisal.on_time_share")


def test_before_publication_nothing_is_stated(cast: Any, site_project: Any) -> None:
    scored(cast, site_project)
    for name in FIGURES:
        found = read_figure(name, cast.director, now=at(6, 6))
        assert found.value is None
        assert found.note


def test_after_publication_they_agree_with_their_rows(cast: Any, site_project: Any, client: Any) -> None:
    run = scored(cast, site_project)
    run = services.publish_month(run, by=cast.director, now=at(6, 12))
    found = {name: read_figure(name, cast.director, now=at(6, 20)) for name in FIGURES}
    scores = selectors.month_scores(run.month, cast.director)
    assert found["appraisal.mean_score"].value == round(sum(one.total for one in scores) / len(scores), 2)
    assert found["appraisal.mean_score"].as_of == run.published_at
    assert found["appraisal.below_plan"].value == sum(one.below_plan for one in scores)
    client.force_login(cast.director)
    nodes = client.get(found["appraisal.on_time_share"].rows).context["nodes"]
    share = found["appraisal.on_time_share"]
    assert share.denominator == len(nodes) > 0
    assert share.numerator == sum(fact.node_late_days == 0 for fact in nodes)
    below = client.get(found["appraisal.below_plan"].rows).context["groups"]
    assert sum(len(rows) for _name, rows in below) == found["appraisal.below_plan"].value


def test_other_peoples_projects_are_not_counted(cast: Any, site_project: Any) -> None:
    run = services.publish_month(scored(cast, site_project), by=cast.director, now=at(6, 12))
    assert read_figure("appraisal.mean_score", cast.outsider, now=at(6, 20)).value is None
    assert run.published_at is not None


def test_months_are_listed_for_those_who_may_open_them(cast: Any, site_project: Any, client: Any) -> None:
    run = services.publish_month(scored(cast, site_project), by=cast.director, now=at(6, 12))
    for user, listed in ((cast.director, True), (cast.contractor, True), (cast.outsider, False)):
        client.force_login(user)
        assert (run.get_absolute_url() in client.get("/lifecycle/appraisal/").content.decode()) is listed
        assert (client.get(run.get_absolute_url()).status_code == 200) is listed
