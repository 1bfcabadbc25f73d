"""One table from verb to service: pages and API call the same function with the same values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lantu.accounts.models import User
from lantu.core.refusals import Missing
from lantu.hazards.forms import whole
from lantu.hazards.risk_points import services
from lantu.hazards.risk_points.forms import day, decimal
from lantu.hazards.risk_points.judging import kind_of, parameters_of
from lantu.hazards.risk_points.models import RiskPoint

Run = Callable[[RiskPoint, User, datetime, Mapping[str, str]], Any]


def _reassess(point: RiskPoint, by: User, now: datetime, values: Mapping[str, str]) -> Any:
    entered = {
        one.key: values[f"p_{one.key}"]
        for one in parameters_of(kind_of(point.kind))
        if values.get(f"p_{one.key}", "").strip()
    }
    return services.reassess_point(
        point,
        by=by,
        now=now,
        note=values.get("note", ""),
        likelihood=decimal(values, "likelihood"),
        exposure=decimal(values, "exposure"),
        consequence=decimal(values, "consequence"),
        parameters=entered or None,
        work_to=day(values, "work_to"),
        version=whole(values, "version"),
    )


def _plain(service: Callable[..., Any], text: str = "") -> Run:
    def run(point: RiskPoint, by: User, now: datetime, values: Mapping[str, str]) -> Any:
        words = {text: values.get(text, "")} if text else {}
        return service(point, by=by, now=now, version=whole(values, "version"), **words)

    return run


DOINGS: dict[str, tuple[Run, str | Promise]] = {
    "submit": (_plain(services.submit_point), _("已提交，等待监理审核。")),
    "review": (_plain(services.review_point, "note"), _("审核通过，请责任人落实管控措施。")),
    "send_back": (_plain(services.send_back_point, "reason"), _("已退回。")),
    "control": (_plain(services.control_point, "note"), _("已纳入管控，请按期复评。")),
    "reassess": (_reassess, _("复评已登记；等级降低的，须经审核后生效。")),
    "close": (_plain(services.close_point, "reason"), _("风险点已销项。")),
    "void": (_plain(services.void_point, "reason"), _("风险点已作废，记录保留。")),
}


def do(verb: str, point: RiskPoint, *, by: User, now: datetime, values: Mapping[str, str]) -> str:
    """Carry out ``verb``; returns the sentence that says so. Raises Missing for an unknown verb."""
    if verb not in DOINGS:
        raise Missing("risk_points.unknown_verb", str(_("没有这个操作。")))
    run, done = DOINGS[verb]
    run(point, by, now, values)
    return str(done)
