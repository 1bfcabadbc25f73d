"""Read an uploaded schedule file and say what it holds, what differs, and whether it can be taken over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from lantu.accounts.models import User
from lantu.accounts.permissions import require
from lantu.core.refusals import Refused, Unacceptable
from lantu.lifecycle.schedule.exchange.comparing import difference
from lantu.lifecycle.schedule.exchange.mirrors import lines_of_file, lines_of_mirror, mirror_before
from lantu.lifecycle.schedule.exchange.models import ScheduleImport
from lantu.lifecycle.schedule.exchange.neutral import NeutralSchedule, Reading
from lantu.lifecycle.schedule.exchange.opening import Options, read_schedule
from lantu.lifecycle.schedule.exchange.report import report_on
from lantu.lifecycle.schedule.exchange.services.start_import import defer_check

log = structlog.get_logger(__name__)
State, Step = ScheduleImport.State, ScheduleImport.Step


def read_file(run: ScheduleImport) -> Reading:
    """The run's file, read again. Raises Unacceptable."""
    assert run.evidence is not None
    with run.evidence.original.open("rb") as file:
        content = file.read()
    return read_schedule(content, run.file_name, Options(run.encoding, run.unended))


def check_import(*, run_id: int, now: datetime) -> ScheduleImport:
    """Fill the run's report; it becomes READY, CHOOSING (several projects) or REJECTED. Changes nothing else.

    Not one transaction: ``step`` is to be seen while it goes on. Repeating it is harmless.
    """
    run = ScheduleImport.objects.select_related("evidence", "project").get(pk=run_id)
    if run.state not in (State.CHECKING, State.CHOOSING, State.READY, State.REJECTED):
        return run
    run.report, run.difference, run.refusal = {}, {}, {}
    try:
        reading = read_file(run)
        _tell(run, Step.COMPUTING, reading.rows)
        _judge(run, reading)
    except Unacceptable as refusal:
        run.state = State.REJECTED
        run.refusal = {
            "code": refusal.code,
            "detail": refusal.detail,
            "remedy": refusal.remedy,
            "problems": getattr(refusal, "problems", []),
        }
    except (LookupError, ArithmeticError, ValueError, TypeError, RecursionError, MemoryError) as error:
        # A file that no check foresaw: the person is told instead of waiting for ever; the trace is in the log.
        log.exception("schedule_import_broke", run=run.pk)
        run.state, run.report, run.difference, run.refusal = State.REJECTED, {}, {}, unforeseen(error)
    run.finished_at = now
    run.save()
    log.info("schedule_import_checked", run=run.pk, state=run.state, rows=run.rows_total)
    return run


def unforeseen(error: Exception) -> dict[str, Any]:
    """What the run says about an error that is ours."""
    return {
        "code": "lifecycle.schedule_import_broke",
        "detail": _("读取或写入这个文件时出了意外（%(kind)s），没有导入任何内容。")
        % {"kind": type(error).__name__},
        "remedy": _("原文件已保存，请把导入编号告诉系统管理员；也可换一种格式导出后再试。"),
        "problems": [],
    }


def _judge(run: ScheduleImport, reading: Reading) -> None:
    project = _chosen(run, reading)
    if project is None:
        run.state = State.CHOOSING
        run.report = {
            "projects": [
                {"uid": p.uid, "code": p.code, "name": p.name, "activities": len(p.leaves), "links": len(p.links)}
                for p in reading.projects
            ]
        }  # fmt: skip
        return
    run.project_uid = project.uid[:60]
    run.report = report_on(reading, project)
    run.previous = mirror_before(run.project, project)
    if run.previous is not None:
        _tell(run, Step.COMPARING, reading.rows)
        before, links_before = lines_of_mirror(run.previous)
        after, links_after = lines_of_file(project)
        run.difference = difference(before, after, links_before, links_after)
    run.state = State.REJECTED if run.report["blockers"] else State.READY


def _chosen(run: ScheduleImport, reading: Reading) -> NeutralSchedule | None:
    if run.project_uid:
        try:
            return reading.project(run.project_uid)
        except LookupError:
            run.project_uid = ""
    return reading.projects[0] if len(reading.projects) == 1 else None


def _tell(run: ScheduleImport, step: str, rows: int) -> None:
    run.step, run.rows_total = Step(step), rows
    ScheduleImport.objects.filter(pk=run.pk).update(step=step, rows_total=rows)


@transaction.atomic
def choose_project(*, run: ScheduleImport, project_uid: str, actor: User) -> ScheduleImport:
    """Say which project of the file is meant; the file is read again. Raises Refused for one it does not hold."""
    require(actor, "lifecycle.schedule_import", run.project)
    row = ScheduleImport.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if row.state not in (State.CHOOSING, State.READY, State.REJECTED):
        raise not_now(row)
    if project_uid not in {each["uid"] for each in row.report.get("projects", [])}:
        raise Refused(
            "lifecycle.schedule_project_unknown",
            _("文件里没有这个项目。"),
            remedy=_("请从列出的项目里选择。"),
            field="project_uid",
        )
    row.project_uid, row.state, row.step = project_uid, State.CHECKING, Step.READING
    row.save(update_fields=["project_uid", "state", "step"])
    defer_check(row)
    return row


def not_now(run: ScheduleImport) -> Refused:
    """The refusal for a verb that the run's state does not allow."""
    return Refused(
        "lifecycle.schedule_import_not_ready",
        _("这次导入目前是“%(state)s”，不能执行这一步。") % {"state": run.get_state_display()},
        remedy=_("请等读取完成；有错误的，请改正后重新上传。"),
    )
