"""The tables of an XER file as neutral schedules: one for each project that was exported."""

from __future__ import annotations

from collections import defaultdict

from lantu.lifecycle.schedule.exchange import p6_words
from lantu.lifecycle.schedule.exchange.hygiene import finish_project, tell_unreadable
from lantu.lifecycle.schedule.exchange.neutral import (
    Activity,
    Assignment,
    Calendar,
    Constraint,
    Finding,
    Kind,
    LagCalendar,
    Link,
    LinkKind,
    NeutralSchedule,
    Reading,
    Resource,
    Span,
)
from lantu.lifecycle.schedule.exchange.p6_calendar import CalendarUnreadable, read_calendar_data
from lantu.lifecycle.schedule.exchange.texts import minutes, number, stamp, unreadable
from lantu.lifecycle.schedule.exchange.xer import Row, XerFile, read_tables

DATES = (
    "act_start_date", "act_end_date", "early_start_date", "early_end_date", "late_start_date", "late_end_date",
    "target_start_date", "target_end_date", "restart_date", "reend_date", "cstr_date", "cstr_date2", "expect_end_date",
)  # fmt: skip
HOURS = ("target_drtn_hr_cnt", "remain_drtn_hr_cnt", "total_float_hr_cnt", "free_float_hr_cnt")


def read_xer(content: bytes, *, encoding: str = "", unended: bool = False) -> Reading:
    """Read a whole file. Raises Unacceptable naming the line for what is no XER or is cut off."""
    file = read_tables(content, encoding=encoding, unended=unended)
    reading = Reading(
        file_format="xer",
        application="Primavera P6",
        version=file.version,
        encoding=file.decoded.encoding,
        encoding_why=file.decoded.why,
        rows=sum(table.count for table in file.tables.values()),
        findings=file.findings,
    )
    if file.decoded.replaced:
        reading.findings.append(
            Finding(code="bytes_replaced", level="warn", params={"count": file.decoded.replaced})
        )
    reading.projects = _Projects(file, reading.findings).made()
    return reading


class _Projects:
    def __init__(self, file: XerFile, findings: list[Finding]) -> None:
        self.file, self.findings = file, findings
        self.by_uid: dict[str, NeutralSchedule] = {}
        self.original: dict[str, str] = {}
        self.lag_calendars: dict[str, LagCalendar] = {}
        self.options: dict[str, Row] = {row["proj_id"]: row for row in file.rows("SCHEDOPTIONS")}

    def made(self) -> list[NeutralSchedule]:
        """The projects that hold activities, baselines folded into theirs."""
        for row in self.file.rows("PROJECT"):
            self._project(row)
        calendars = self._calendars()
        roots = self._wbs()
        self._tasks(roots)
        self._links()
        self._resources()
        used: dict[str, set[str]] = defaultdict(set)
        for uid, project in self.by_uid.items():
            used[uid] = {a.calendar_uid for a in project.activities} | {project.calendar_uid}
        baselines = {uid for uid, of in self.original.items() if of in self.by_uid and of != uid}
        for uid in baselines:
            _as_baseline(self.by_uid[self.original[uid]], self.by_uid[uid])
        kept = [p for uid, p in self.by_uid.items() if uid not in baselines and p.activities]
        # A project without activities is kept only when there is nothing else to show.
        kept = kept or [p for uid, p in self.by_uid.items() if uid not in baselines]
        for project in kept:
            project.calendars = [
                calendar
                for owner, calendar in calendars
                if owner in ("", project.uid) or calendar.uid in used[project.uid]
            ]
            finish_project(project)
        return kept

    def _project(self, row: Row) -> None:
        uid = row["proj_id"]
        if not uid or uid in self.by_uid:
            self.findings.append(
                Finding(code="project_twice", level="warn", line=row.line, params={"uid": uid})
            )
            return
        options = self.options.get(uid)
        project = NeutralSchedule(
            uid=uid,
            code=row["proj_short_name"],
            name=row["proj_short_name"],
            data_date=stamp(row["last_recalc_date"]),
            start_at=stamp(row["plan_start_date"]),
            finish_at=stamp(row["scd_end_date"]),
            must_finish_at=stamp(row["plan_end_date"]),
            calendar_uid=row["clndr_id"],
            critical_float_min=minutes(row["critical_drtn_hr_cnt"]) or 0,
        )
        project.uses_expected_finish = bool(options and options["sched_use_expect_end_flag"] == "Y")
        lag = options["sched_calendar_on_relationship_lag"] if options else ""
        self.lag_calendars[uid] = p6_words.LAG_CALENDARS.get(lag, LagCalendar.PREDECESSOR)
        if options and options["sched_progress_override"] == "Y":
            project.progress_rule = "override"
        if row["orig_proj_id"]:
            self.original[uid] = row["orig_proj_id"]
        self.by_uid[uid] = project

    def _calendars(self) -> list[tuple[str, Calendar]]:
        """(owning project or "", calendar) in the order of the file."""
        found: list[tuple[str, Calendar]] = []
        for row in self.file.rows("CALENDAR"):
            if not row["clndr_id"]:
                continue
            calendar = Calendar(
                uid=row["clndr_id"],
                name=row["clndr_name"] or row["clndr_id"],
                hours_per_day=number(row["day_hr_cnt"]) or 8.0,
                is_default=row["default_flag"] == "Y",
            )
            name = {"calendar": calendar.name}
            try:
                data = read_calendar_data(row["clndr_data"])
            except CalendarUnreadable as problem:
                calendar.origin = "substituted"
                place = {"reason": problem.what, "place": problem.place}
                self.findings.append(
                    Finding(code="calendar_substituted", level="bad", line=row.line, params=name | place)
                )
            else:
                calendar.week, calendar.exceptions = data.week, data.exceptions
                if data.skipped:
                    params = name | {"count": len(data.skipped)}
                    self.findings.append(
                        Finding(code="calendar_parts_skipped", level="warn", line=row.line, params=params)
                    )
            owner = (
                row["proj_id"] if row["clndr_type"] == "CA_Project" or row["proj_id"] in self.by_uid else ""
            )
            found.append((owner, calendar))
        return found

    def _wbs(self) -> dict[str, str]:
        """Make the nodes summaries; → uid of each project's own root node, which is the project itself."""
        roots: dict[str, str] = {}
        rows = sorted(self.file.rows("PROJWBS"), key=lambda row: number(row["seq_num"]) or 0.0)
        for row in rows:
            project = self.by_uid.get(row["proj_id"])
            if project is None or not row["wbs_id"]:
                continue
            if row["proj_node_flag"] == "Y":
                project.name = row["wbs_name"] or project.name
                roots[project.uid] = row["wbs_id"]
            project.activities.append(
                Activity(
                    uid=f"wbs:{row['wbs_id']}",
                    code=row["wbs_short_name"],
                    name=row["wbs_name"] or row["wbs_short_name"],
                    kind=Kind.SUMMARY,
                    parent_uid=f"wbs:{row['parent_wbs_id']}" if row["parent_wbs_id"] else "",
                    line=row.line,
                )
            )
        return roots

    def _tasks(self, roots: dict[str, str]) -> None:
        homeless = 0
        leaves: dict[str, list[Activity]] = defaultdict(list)
        odd_dates: dict[str, list[str]] = defaultdict(list)
        odd_numbers: dict[str, list[str]] = defaultdict(list)
        for row in self.file.rows("TASK"):
            project = self.by_uid.get(row["proj_id"])
            if project is None:
                homeless += 1
                continue
            if not row["task_id"]:
                project.findings.append(Finding(code="activity_without_id", level="warn", line=row.line))
                continue
            leaves[project.uid].append(_activity(row, roots.get(project.uid, "")))
            odd_dates[project.uid] += unreadable(map(row.__getitem__, DATES), stamp)
            odd_numbers[project.uid] += unreadable(map(row.__getitem__, HOURS), minutes)
        for uid, found in leaves.items():
            # As P6 shows them: what hangs on a node itself, then the nodes below it.
            self.by_uid[uid].activities[:0] = found
            tell_unreadable(self.by_uid[uid], odd_dates[uid], "dates")
            tell_unreadable(self.by_uid[uid], odd_numbers[uid], "numbers")
        if homeless:
            self.findings.append(Finding(code="activities_homeless", level="bad", params={"count": homeless}))

    def _links(self) -> None:
        owner = {a.uid: p for p in self.by_uid.values() for a in p.activities}
        for row in self.file.rows("TASKPRED"):
            project = owner.get(row["task_id"]) or self.by_uid.get(row["proj_id"])
            if project is None:
                self.findings.append(
                    Finding(
                        code="link_end_missing", level="warn", line=row.line, params={"uid": row["task_id"]}
                    )
                )
                continue
            if owner.get(row["pred_task_id"], project) is not project:
                project.findings.append(
                    Finding(
                        code="link_other_project",
                        level="warn",
                        line=row.line,
                        params={"uid": row["pred_task_id"]},
                    )
                )
                continue
            kind = p6_words.LINK_KINDS.get(row["pred_type"])
            if kind is None:
                params = {"kind": row["pred_type"]}
                project.findings.append(
                    Finding(code="link_kind_unknown", level="warn", line=row.line, params=params)
                )
            project.links.append(
                Link(
                    predecessor_uid=row["pred_task_id"],
                    successor_uid=row["task_id"],
                    kind=kind or LinkKind.FS,
                    lag_min=minutes(row["lag_hr_cnt"]) or 0,
                    lag_calendar=self.lag_calendars.get(project.uid, LagCalendar.PREDECESSOR),
                    line=row.line,
                )
            )

    def _resources(self) -> None:
        resources = {
            row["rsrc_id"]: Resource(
                uid=row["rsrc_id"],
                code=row["rsrc_short_name"],
                name=row["rsrc_name"] or row["rsrc_short_name"],
                kind=p6_words.RESOURCE_KINDS.get(row["rsrc_type"], "labour"),
                calendar_uid=row["clndr_id"],
            )
            for row in self.file.rows("RSRC")
            if row["rsrc_id"]
        }
        for project in self.by_uid.values():
            project.resources = list(resources.values())
        for row in self.file.rows("TASKRSRC"):
            holder = self.by_uid.get(row["proj_id"])
            if holder is not None:
                holder.assignments.append(
                    Assignment(
                        activity_uid=row["task_id"],
                        resource_uid=row["rsrc_id"],
                        quantity=number(row["target_qty"]),
                        cost=number(row["target_cost"]),
                    )
                )


def _activity(row: Row, root: str) -> Activity:
    kind = p6_words.TASK_TYPES.get(row["task_type"], Kind.TASK)
    percent_kind = p6_words.PERCENT_KINDS.get(row["complete_pct_type"], "duration")
    duration, remaining = minutes(row["target_drtn_hr_cnt"]), minutes(row["remain_drtn_hr_cnt"])
    actual_start, actual_finish = stamp(row["act_start_date"]), stamp(row["act_end_date"])
    early_start, early_finish = stamp(row["early_start_date"]), stamp(row["early_end_date"])
    planned_start, planned_finish = stamp(row["target_start_date"]), stamp(row["target_end_date"])
    wbs = row["wbs_id"] or root
    return Activity(
        uid=row["task_id"],
        code=row["task_code"].strip(),
        name=row["task_name"].strip(),
        kind=kind,
        follows_resource=row["task_type"] == "TT_Rsrc",
        parent_uid=f"wbs:{wbs}" if wbs else "",
        calendar_uid=row["clndr_id"],
        duration_min=duration,
        remaining_min=remaining,
        start_at=actual_start or stamp(row["restart_date"]) or early_start or planned_start,
        finish_at=actual_finish or stamp(row["reend_date"]) or early_finish or planned_finish,
        early_start_at=early_start,
        early_finish_at=early_finish,
        late_start_at=stamp(row["late_start_date"]),
        late_finish_at=stamp(row["late_end_date"]),
        planned_start_at=planned_start,
        planned_finish_at=planned_finish,
        actual_start_at=actual_start,
        actual_finish_at=actual_finish,
        total_float_min=minutes(row["total_float_hr_cnt"]),
        free_float_min=minutes(row["free_float_hr_cnt"]),
        is_on_longest_path={"Y": True, "N": False}.get(row["driving_path_flag"]),
        percent=_percent(row, percent_kind, duration, remaining),
        percent_kind=percent_kind,
        constraint=p6_words.CONSTRAINTS.get(row["cstr_type"], Constraint.NONE),
        constraint_at=stamp(row["cstr_date"]),
        constraint2=p6_words.CONSTRAINTS.get(row["cstr_type2"], Constraint.NONE),
        constraint2_at=stamp(row["cstr_date2"]),
        expected_finish_at=stamp(row["expect_end_date"]),
        line=row.line,
    )


def _percent(row: Row, kind: str, duration: int | None, remaining: int | None) -> float | None:
    """As Primavera shows it: by the activity's own kind of percent; started and finished decide the ends."""
    if row["status_code"] == "TK_Complete" or row["act_end_date"]:
        return 100.0
    if kind == "physical":
        return number(row["phys_complete_pct"])
    if kind == "units":
        done = (number(row["act_work_qty"]) or 0) + (number(row["act_equip_qty"]) or 0)
        rest = (number(row["remain_work_qty"]) or 0) + (number(row["remain_equip_qty"]) or 0)
        return round(done / (done + rest) * 100, 4) if done + rest > 0 else 0.0
    if not duration or remaining is None or row["status_code"] == "TK_NotStart":
        return 0.0
    return round(min(max((duration - remaining) / duration, 0.0), 1.0) * 100, 4)


def _as_baseline(project: NeutralSchedule, baseline: NeutralSchedule) -> None:
    """A baseline is a project of its own in P6; its activities are matched by code."""
    taken = {span.number for activity in project.activities for span in activity.baselines}
    number_of = next((n for n in range(11) if n not in taken), None)
    if number_of is None:
        project.findings.append(
            Finding(code="baselines_too_many", level="warn", params={"name": baseline.code})
        )
        return
    by_code = {a.code: a for a in baseline.leaves}
    for activity in project.leaves:
        if found := by_code.get(activity.code):
            activity.baselines.append(
                Span(
                    number=number_of,
                    start_at=found.start_at,
                    finish_at=found.finish_at,
                    duration_min=found.duration_min,
                )
            )
