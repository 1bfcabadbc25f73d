"""Take rules over from a pack: a changed wording becomes a new version, the old one ends."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from lantu.core.refusals import Unacceptable
from lantu.core.services.emit import emit
from lantu.monitoring.devices.services.registry_version import raise_registry_version
from lantu.monitoring.events import RuleRetired, RuleVersionLoaded
from lantu.monitoring.rules.compiling import engine_rule
from lantu.monitoring.rules.models import Rule, RuleVersion
from lantu.monitoring.rules.states import ENGINE_KINDS, Mark, RuleKind

# What makes a version: when one of these differs, the rule says something new.
WORDING = (
    "kind", "stat", "compare", "per", "unit", "levels", "window_s", "validity", "duration_s", "samples",
    "hysteresis", "clear_samples", "pair_s", "gap_s", "terms", "start_min", "end_min", "other", "scope", "fact", "basis",
    "clause", "mark", "note",
)  # fmt: skip
DEFAULTS: dict[str, Any] = {
    "stat": "inst", "compare": "ge", "per": "day", "unit": "", "levels": [], "window_s": 0, "validity": 0.75,
    "duration_s": 0, "samples": 1, "hysteresis": 0.05, "clear_samples": 2, "pair_s": 600, "gap_s": 0, "terms": {}, "start_min": None,
    "end_min": None, "other": "", "scope": {}, "fact": {}, "clause": "", "note": "",
}  # fmt: skip
ADDED = frozenset({"gap_s", "terms"})


@dataclass(frozen=True)
class Loaded:
    """How many rules got a new version, how many are as they were, which keep what the rule desk decided, and which
    the pack no longer has."""

    new_versions: int
    unchanged: int
    kept: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()


@transaction.atomic
def load_rules(rows: Iterable[Mapping[str, Any]], *, now: datetime, retire: bool = False) -> Loaded:
    """Write rules {code, name, param, family, kind, levels, basis, clause, mark, effective_from, …}.

    Field names are those of RuleVersion. Raises Unacceptable naming the rule that cannot be understood:
    then nothing is loaded. A version that two people decided at the rule desk stays: what the pack says anew about
    that rule is only reported (``kept``), for somebody to propose. ``retire``: rules of the pack that are not among the
    rows end today; their versions, judgements and alerts stay.
    """
    new = unchanged = 0
    kept: list[str] = []
    codes: set[str] = set()
    for row in rows:
        codes.add(row["code"])
        wording = _wording(row)
        fingerprint = fingerprint_of(wording)
        rule, _created = Rule.objects.get_or_create(
            code=row["code"],
            defaults={"name": row["name"], "param": row.get("param", ""), "family": row.get("family", "")},
        )
        current = RuleVersion.objects.filter(rule=rule, effective_to=None).first()
        newest = RuleVersion.objects.filter(rule=rule).order_by("-version").first()
        if newest is not None and newest.fingerprint == fingerprint and newest.effective_to == _end_of(row):
            unchanged += 1
            continue
        last_of_pack = RuleVersion.objects.filter(rule=rule, proposal=None).order_by("-version").first()
        if current is not None and current != last_of_pack:
            if last_of_pack is not None and last_of_pack.fingerprint == fingerprint:
                unchanged += 1
            else:
                kept.append(rule.code)
            continue
        version = _next_version(rule, newest, row, wording=wording, fingerprint=fingerprint, now=now)
        check_version(version)
        version.save(force_insert=True)
        new += 1
        emit(
            RuleVersionLoaded(
                project_id=None, subject_id=version.pk, rule=rule.code, version=version.version
            ),
            actor=None,
            at=now,
        )
    retired = _retire(codes, now=now) if retire else ()
    if new or retired:
        raise_registry_version()
    return Loaded(new, unchanged, tuple(kept), retired)


def _retire(codes: set[str], *, now: datetime) -> tuple[str, ...]:
    """End the rules that the pack no longer has; what the rule desk decided stays."""
    gone = RuleVersion.objects.filter(effective_to=None, proposal=None).exclude(rule__code__in=codes)
    yesterday = timezone.localdate(now) - timedelta(days=1)
    named = []
    for version in gone.select_related("rule"):
        last_day = max(yesterday, version.effective_from)
        RuleVersion.objects.filter(pk=version.pk).update(effective_to=last_day)
        named.append(version.rule.code)
        emit(
            RuleRetired(
                project_id=None, subject_id=version.pk, rule=version.rule.code, version=version.version
            ),
            actor=None,
            at=now,
        )
    return tuple(named)


def _end_of(row: Mapping[str, Any]) -> date | None:
    return _as_date(row["effective_to"]) if row.get("effective_to") else None


def _wording(row: Mapping[str, Any]) -> dict[str, Any]:
    missing = [
        name for name in ("code", "name", "kind", "basis", "mark", "effective_from") if not row.get(name)
    ]
    unknown = set(row) - set(WORDING) - {"code", "name", "param", "family", "effective_from", "effective_to"}
    if missing or unknown:
        raise Unacceptable(
            "monitoring.rule_incomplete",
            f"规则 {row.get('code', '?')}：缺少 {'、'.join(missing) or '无'}；不认识 {'、'.join(sorted(unknown)) or '无'}。",
            remedy="请按规则包的字段表更正。",
        )
    return {name: row[name] if name in row else DEFAULTS[name] for name in WORDING}


def fingerprint_of(wording: Mapping[str, Any]) -> str:
    """SHA-256 of everything that a wording says: equal wordings, equal fingerprints.

    Fields that came later count only where they say something, so that old wordings keep their fingerprint.
    """
    said = {name: value for name, value in wording.items() if name not in ADDED or value != DEFAULTS[name]}
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _as_date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _next_version(
    rule: Rule,
    current: RuleVersion | None,
    row: Mapping[str, Any],
    *,
    wording: Mapping[str, Any],
    fingerprint: str,
    now: datetime,
) -> RuleVersion:
    begins = _as_date(row["effective_from"])
    number = 1
    if current is not None:
        # A rule that was in force is never rewritten for the past: the new wording begins today at the earliest.
        begins = max(begins, timezone.localdate(now), current.effective_from)
        last_day = max(begins - timedelta(days=1), current.effective_from)
        RuleVersion.objects.filter(pk=current.pk, effective_to=None).update(effective_to=last_day)
        number = current.version + 1
    ends = row.get("effective_to")
    return RuleVersion(
        rule=rule,
        version=number,
        effective_from=begins,
        effective_to=_as_date(ends) if ends else None,
        fingerprint=fingerprint,
        loaded_at=now,
        **wording,
    )


def check_version(version: RuleVersion) -> None:
    """Refuse what the engine could not run."""
    if version.mark not in Mark.values or version.kind not in RuleKind.values:
        raise Unacceptable(
            "monitoring.rule_word",
            f"规则 {version.rule.code} 的类型或可信度标记不认识。",
            remedy="请对照规则包字段表。",
        )
    # Without limits only where the standard leaves them to the designer.
    left_open = not version.levels and "design" in version.terms
    if version.kind not in ENGINE_KINDS or left_open:
        return
    try:
        # A limit that is a share of a fact exists only where the fact is known.
        engine_rule(version, facts={version.fact["name"]: 100.0} if version.fact.get("use") else {})
    except (ValueError, KeyError, TypeError) as error:
        raise Unacceptable(
            "monitoring.rule_unusable",
            f"规则 {version.rule.code} 不能使用：{error}",
            remedy="请更正后重新载入。",
        ) from error
