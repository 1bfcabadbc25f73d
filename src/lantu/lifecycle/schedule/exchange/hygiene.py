"""After any reader: order the tree, name what is missing or double, drop links that lead nowhere, and say all of it."""

from __future__ import annotations

from collections import Counter, defaultdict

from lantu.lifecycle.schedule.exchange.neutral import (
    Activity,
    Calendar,
    Finding,
    Kind,
    Link,
    NeutralSchedule,
)

SHOWN_EACH = 50
SHOWN_VALUES = 3
DEEPEST = 60


def finish_project(project: NeutralSchedule) -> None:
    """Bring a freshly read project into the shape that the rest relies on. Findings are appended, none removed.

    After it: uids unique; parents exist and stand before their children; ``level`` is the depth; every calendar that
    is named exists; links join two activities of the project, once per kind.
    """
    _unique_uids(project)
    _tree(project)
    _follow_resources(project)
    _calendars(project)
    project.links = _links(project)
    _codes(project)
    _words(project)
    _dates(project)
    leaves = project.leaves
    if leaves and not any(activity.baselines for activity in leaves):
        project.findings.append(Finding(code="baseline_absent", level="info"))
    if not leaves:
        project.findings.append(Finding(code="no_activities", level="bad", params={"project": project.name}))


def _unique_uids(project: NeutralSchedule) -> None:
    seen: set[str] = set()
    kept: list[Activity] = []
    for activity in project.activities:
        if activity.uid in seen:
            project.findings.append(
                Finding(
                    code="activity_twice",
                    level="bad",
                    line=activity.line,
                    params={"code": activity.code, "name": activity.name},
                )
            )
            continue
        seen.add(activity.uid)
        kept.append(activity)
    project.activities = kept


def _follow_resources(project: NeutralSchedule) -> None:
    """Resource dependent activities take the calendar of what they use, where that is one; several are told."""
    if not any(activity.follows_resource for activity in project.activities):
        return
    known = {calendar.uid for calendar in project.calendars}
    of = {
        resource.uid: resource.calendar_uid
        for resource in project.resources
        if resource.kind != "material" and resource.calendar_uid in known
    }
    used: dict[str, set[str]] = defaultdict(set)
    for assignment in project.assignments:
        if assignment.resource_uid in of:
            used[assignment.activity_uid].add(of[assignment.resource_uid])
    taken, several = 0, []
    for activity in project.activities:
        calendars = used.get(activity.uid, set()) if activity.follows_resource else set()
        if len(calendars) == 1:
            taken += activity.calendar_uid not in calendars
            activity.calendar_uid = next(iter(calendars))
        elif calendars:
            several.append(activity)
    if taken:
        project.findings.append(Finding(code="resource_calendars", params={"count": taken}))
    if several:
        params = {"count": len(several), "code": several[0].code, "name": several[0].name}
        project.findings.append(Finding(code="resource_calendars_differ", level="warn", params=params))


def _tree(project: NeutralSchedule) -> None:
    """Depth-first order of the file; a summary that nothing hangs on is left out unless the file is nothing else."""
    by_uid = {activity.uid: activity for activity in project.activities}
    children: dict[str, list[Activity]] = defaultdict(list)
    for activity in project.activities:
        parent = by_uid.get(activity.parent_uid)
        if parent is None or parent.kind is not Kind.SUMMARY or parent is activity:
            if parent is None and activity.parent_uid and activity.kind is not Kind.SUMMARY:
                project.findings.append(
                    Finding(
                        code="parent_missing",
                        level="warn",
                        line=activity.line,
                        params={"code": activity.code},
                    )
                )
            activity.parent_uid = ""
        children[activity.parent_uid].append(activity)
    ordered: list[Activity] = []
    waiting = [(activity, 0) for activity in reversed(children[""])]
    while waiting:
        activity, level = waiting.pop()
        activity.level = min(level, DEEPEST)
        ordered.append(activity)
        if activity.kind is Kind.SUMMARY:
            waiting.extend((child, level + 1) for child in reversed(children.get(activity.uid, ())))
    placed = {activity.uid for activity in ordered}
    ring = [activity for activity in project.activities if activity.uid not in placed]
    for activity in ring:
        activity.parent_uid, activity.level = "", 0
    if ring:
        names = "、".join(activity.name or activity.code for activity in ring[:5])
        project.findings.append(
            Finding(code="tree_in_a_ring", level="bad", params={"names": names, "count": len(ring)})
        )
    project.activities = ordered + ring


def _calendars(project: NeutralSchedule) -> None:
    known = {calendar.uid for calendar in project.calendars}
    missing: Counter[str] = Counter(
        activity.calendar_uid
        for activity in project.leaves
        if activity.calendar_uid and activity.calendar_uid not in known
    )
    for uid, count in sorted(missing.items()):
        project.findings.append(
            Finding(code="calendar_missing", level="bad", params={"uid": uid, "count": count})
        )
        project.calendars.append(Calendar(uid=uid, name=uid, origin="substituted"))
        known.add(uid)
    if project.calendar_uid not in known:
        if project.calendar_uid:
            project.findings.append(
                Finding(code="project_calendar_missing", level="warn", params={"uid": project.calendar_uid})
            )
        default = next((calendar for calendar in project.calendars if calendar.is_default), None)
        if default is None and project.calendars:
            default = project.calendars[0]
        if default is None:
            default = Calendar(uid="default", name="5×8", origin="substituted")
            project.calendars.append(default)
            project.findings.append(Finding(code="calendars_absent", level="bad"))
        project.calendar_uid = default.uid


def _links(project: NeutralSchedule) -> list[Link]:
    by_uid = {activity.uid: activity for activity in project.activities}
    kept: dict[tuple[str, str, str], Link] = {}
    for link in project.links:
        before, after = by_uid.get(link.predecessor_uid), by_uid.get(link.successor_uid)
        if before is None or after is None:
            gone = link.predecessor_uid if before is None else link.successor_uid
            project.findings.append(
                Finding(code="link_end_missing", level="warn", line=link.line, params={"uid": gone})
            )
            continue
        if before is after:
            params = {"code": before.code, "name": before.name}
            project.findings.append(
                Finding(code="link_to_itself", level="bad", line=link.line, params=params)
            )
            continue
        key = (link.predecessor_uid, link.successor_uid, link.kind)
        twin = kept.get(key)
        if twin is not None:
            params = {"from": before.code, "to": after.code, "kind": link.kind}
            project.findings.append(Finding(code="link_twice", level="warn", line=link.line, params=params))
            if link.lag_min > twin.lag_min:
                kept[key] = link
            continue
        kept[key] = link
    return list(kept.values())


def _codes(project: NeutralSchedule) -> None:
    counts = Counter(activity.code for activity in project.leaves if activity.code)
    for code, count in counts.items():
        if count > 1:
            project.findings.append(
                Finding(code="code_twice", level="warn", params={"code": code, "count": count})
            )


def _words(project: NeutralSchedule) -> None:
    blank = [activity for activity in project.leaves if not activity.name.strip()]
    if blank:
        project.findings.append(
            Finding(code="names_blank", level="warn", line=blank[0].line, params={"count": len(blank)})
        )
    backwards = [
        activity
        for activity in project.leaves
        if activity.start_at and activity.finish_at and activity.finish_at < activity.start_at
    ]
    for activity in backwards[:SHOWN_EACH]:
        params = {"code": activity.code, "name": activity.name}
        project.findings.append(
            Finding(code="finish_before_start", level="warn", line=activity.line, params=params)
        )


def _dates(project: NeutralSchedule) -> None:
    """Dates and lengths that contradict the plan itself: kept as they are, and told."""
    leaves = project.leaves
    until = project.data_date
    if until is not None:
        ahead = [
            a for a in leaves if (a.actual_start_at or until) > until or (a.actual_finish_at or until) > until
        ]
        if ahead:
            params = {"count": len(ahead), "code": ahead[0].code, "name": ahead[0].name}
            project.findings.append(
                Finding(code="actual_after_data_date", level="warn", line=ahead[0].line, params=params)
            )
    for activity in leaves:
        if (activity.duration_min or 0) < 0:
            params = {"code": activity.code, "name": activity.name}
            project.findings.append(
                Finding(code="duration_negative", level="warn", line=activity.line, params=params)
            )
    early = [
        a for a in leaves for span in a.baselines[:1]
        if span.start_at and a.start_at and a.start_at < span.start_at and span.number == 0
    ]  # fmt: skip
    if early:
        params = {"count": len(early), "code": early[0].code, "name": early[0].name}
        project.findings.append(
            Finding(code="before_baseline", level="info", line=early[0].line, params=params)
        )
    has_in, has_out = (
        {link.successor_uid for link in project.links},
        {link.predecessor_uid for link in project.links},
    )
    tied = [a for a in leaves if a.kind is not Kind.LOE]
    counts = {
        "without_before": sum(a.uid not in has_in for a in tied),
        "without_after": sum(a.uid not in has_out for a in tied),
    }
    if len(tied) > 1 and max(counts.values()) > 1:
        project.findings.append(Finding(code="open_ends", level="info", params=counts))


def tell_unreadable(project: NeutralSchedule, values: list[str], what: str) -> None:
    """``what``: dates or numbers. One finding for all of them, with the first three as examples."""
    if values:
        params = {"count": len(values), "examples": "、".join(value[:30] for value in values[:SHOWN_VALUES])}
        project.findings.append(Finding(code=f"{what}_unreadable", level="bad", params=params))
