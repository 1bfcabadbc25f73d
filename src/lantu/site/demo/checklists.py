"""The demonstration's checklists with a year's history: made by the services that people use, at the times of the calendar.

Some lines come late, one is bounced, one disputed, one excluded for a storm, one appeal is partly upheld; guards ask and
people answer. The present month lies open before the accounts of the demonstration.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from lantu.accounts.models import User
from lantu.core.subscriptions import inline_delivery
from lantu.lifecycle.checklists import services as lists
from lantu.lifecycle.checklists.appraisal import services as months
from lantu.lifecycle.checklists.appraisal.models import (
    AppraisalMonth,
    ChecklistFact,
    ChecklistQuestion,
    ChecklistSheet,
)
from lantu.lifecycle.checklists.appraisal.services import Change, Decision
from lantu.lifecycle.checklists.appraisal.states import SheetKind
from lantu.lifecycle.checklists.models import Checklist
from lantu.lifecycle.checklists.months import linear_pct, month_end, next_month
from lantu.lifecycle.checklists.rows import ItemRow
from lantu.packs.demo import DemoPlan
from lantu.projects.models import Party, Project
from lantu.site.demo.checklist_rows import NOTES, OTHERS, PARKING
from lantu.site.demo.history import World

EARLIEST_MONTH = 4
OTHERS_FROM = 3
LATE = {"3.4": 0.62, "3.5": 0.7, "2.4": 0.8, "1.5": 0.75}
SPIKE, SPIKE_MONTH = "3.6", 9
CATCH_UP_DAYS = 40
STORM, BOUNCED, DISPUTED, RETURNED = "3.1", "2.5", "2.2", "4.2"


def put_checklists(plan: DemoPlan, world: World, *, now: datetime) -> int:
    """Put them there; returns how many lines of months were made."""
    today = timezone.localtime(now).date()
    year = today.year if today.month >= EARLIEST_MONTH else today.year - 1
    with transaction.atomic(), inline_delivery():
        story = _Story(world, year, now)
        parking = story.make(
            "parking", _parking_rows(story, world.projects["parking"], year), at=_day(year, 1, 12)
        )
        month = date(year, 1, 1)
        last = today.replace(day=1)
        while month.year == year and month <= last:
            if month.month == min(max(last.month - OTHERS_FROM, 1), 9):
                for key in OTHERS:
                    story.make(key, _other_rows(story, key, year), at=_day(year, month.month, 3))
            story.play(month, parking, present=month == last)
            month = next_month(month)
    return ChecklistFact.objects.filter(run__is_demo=True).count()


def _day(year: int, month: int, day: int, hour: int = 10) -> datetime:
    return timezone.make_aware(datetime.combine(date(year, month, day), time(hour, 0)))


def _share(*parts: object) -> float:
    """A number from 0 to 1 that depends on nothing but its name."""
    digest = hashlib.sha256(":".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:4], "big") / 2**32


def _contacts(project: Project) -> dict[str, User]:
    parties = Party.objects.filter(project=project).select_related("contact__organisation")
    return {party.role: party.contact for party in parties}


def _span(year: int, first: int, last: int) -> tuple[date, date]:
    return date(year, first, 5), month_end(date(year, last, 1)) - timedelta(days=5)


def _parking_rows(story: _Story, project: Project, year: int) -> list[ItemRow]:
    people = _contacts(project)
    owes = {"o": people["owner"], "c": people["contractor"], "d": story.world.people["clerk_cgj"]}
    checks = {
        "o": story.world.people["officer01"],
        "c": people["supervisor"],
        "d": story.world.people["officer01"],
    }
    rows = []
    for number, (group, leaves) in enumerate(PARKING, start=1):
        rows.append(ItemRow(code=str(number), title=group, is_group=True))
        for index, (title, weight, first, last, who, done, source) in enumerate(leaves, start=1):
            start, due = _span(year, first, last)
            kind = "auto" if source else {"c": "measurement", "o": "document", "d": "acceptance"}[who]
            rows.append(
                ItemRow(
                    code=f"{number}.{index}", parent=str(number), title=title, weight=Decimal(weight), owner=owes[who],
                    verifier=checks[who], start_on=start, due_on=due, definition_of_done=done, evidence_type=kind,
                    source=source, budget_yuan=Decimal(weight) * 4_000_000,
                    targets=_with_project(project, year) if source else {},
                )
            )  # fmt: skip
    return rows


def _with_project(project: Project, year: int) -> dict[date, tuple[float, float]]:
    """Lines about the whole project follow its own planned period."""
    start, finish = project.planned_start_on, project.planned_finish_on
    if start is None or finish is None:
        return {}
    return {date(year, n, 1): (linear_pct(start, finish, date(year, n, 1)), 0.0) for n in range(1, 13)}


def _other_rows(story: _Story, key: str, year: int) -> list[ItemRow]:
    people = _contacts(story.world.projects[key])
    owes = {"o": people["owner"], "c": people["contractor"]}
    rows = []
    for index, (title, weight, first, last, who) in enumerate(OTHERS[key], start=1):
        start, due = _span(year, first, last)
        rows.append(
            ItemRow(
                code=str(index), title=title, weight=Decimal(weight), owner=owes[who], verifier=people["supervisor"],
                start_on=start, due_on=due, definition_of_done="验收或批复", evidence_type="acceptance",
                budget_yuan=Decimal(weight) * 3_000_000,
            )
        )  # fmt: skip
    return rows


class _Story:
    """The people of the story and the moment at which it is told."""

    def __init__(self, world: World, year: int, now: datetime) -> None:
        self.world, self.year, self.now = world, year, now
        self.officer, self.director = world.people["officer"], world.people["director"]
        self.second = world.people["deputy01"]

    def make(self, key: str, rows: Sequence[ItemRow], *, at: datetime) -> Checklist:
        """Drafted by the officer, countersigned by every unit, issued by a leader."""
        project = self.world.projects[key]
        made = lists.create_checklist(
            project=project, year=self.year, rows=rows, by=self.officer, now=at, is_demo=True,
            name=f"{project.name} {self.year} 年清单（演示）",
        )  # fmt: skip
        lists.submit_checklist(made, by=self.officer, now=at + timedelta(hours=1))
        for number, signature in enumerate(made.signatures.select_related("person"), start=2):
            lists.sign_checklist(made, by=signature.person, now=at + timedelta(hours=number), agreed=True)
        return lists.issue_checklist(made, by=self.second, now=at + timedelta(days=1))

    def play(self, month: date, parking: Checklist, *, present: bool) -> None:
        """One month by the calendar, as far as it has come."""
        opened = _day(month.year, month.month, 25)
        if present and opened > self.now:
            opened = self.now - timedelta(hours=20)
        if opened > self.now:
            return
        run = months.open_month(month, by=self.officer, now=opened, officer=self.officer, is_demo=True)
        following = next_month(month)
        steps: list[tuple[datetime, Callable[[datetime], Any]]] = [
            (opened + timedelta(hours=3), lambda at: self._bounce(run, parking, at)),
            (opened + timedelta(hours=5), lambda at: self._report(run, at, present=present)),
            (opened + timedelta(hours=8), lambda at: self._verify(run, at, present=present)),
        ]
        if not present:
            steps += [
                (_day(month.year, month.month, 27), lambda at: self._again(run, at)),
                (_day(month.year, month.month, 28, 11), lambda at: self._report(run, at, present=False)),
                (_day(month.year, month.month, 28, 15), lambda at: self._verify(run, at, present=False)),
                (_day(following.year, following.month, 1), lambda at: self._review(run, at)),
                (_day(following.year, following.month, 2), lambda at: self._visit(run, at)),
                (_day(following.year, following.month, 3), lambda at: self._adjust(run, parking, at)),
                (_day(following.year, following.month, 4), lambda at: months.freeze_month(run, by=self.officer, now=at)),
                (_day(following.year, following.month, 5), lambda at: months.score_month(run, by=self.officer, now=at)),
                (_day(following.year, following.month, 6), lambda at: self._appeal(run, parking, at)),
                (_day(following.year, following.month, 10), lambda at: months.publish_month(run, by=self.director, now=at)),
                (_day(following.year, following.month, 12), lambda at: self._correct(run, parking, at)),
            ]  # fmt: skip
        for at, do in steps:
            if at <= self.now:
                do(at)

    def _bounce(self, run: AppraisalMonth, parking: Checklist, at: datetime) -> None:
        """In May the department finds that the contractor paints the lines; the contractor agrees."""
        if run.month.month != 5:
            return
        fact = run.facts.filter(checklist=parking, code=BOUNCED).first()
        if fact is not None:
            to = _contacts(parking.project)["contractor"]
            months.bounce_item(
                fact,
                code="not_ours",
                to=to,
                reason="施工合同第 3 条：划线由施工单位实施",
                by=fact.reporter,
                now=at,
            )

    def _report(self, run: AppraisalMonth, at: datetime, *, present: bool) -> None:
        """Everybody looks through the lines once. In the present month the demonstration's own accounts still have theirs."""
        waiting = ChecklistSheet.objects.filter(run=run, kind=SheetKind.REPORT, closed_at=None)
        for sheet in waiting.select_related("duty__holder", "checklist__project"):
            holder = sheet.duty.holder if sheet.duty else sheet.person
            if present and (holder.username in ("owner", "contractor") or _share("late", sheet.pk) < 0.3):
                continue
            if not present and at.day == 25 and self._late(run, sheet):
                continue
            changes = {}
            for fact in sheet.facts.filter(state__in=["open", "returned"]).select_related("item"):
                wanted = _actual(fact, run.month)
                if fact.source_pct is None and wanted != fact.pct:
                    note = NOTES[int(_share(fact.code, run.month) * len(NOTES))]
                    changes[fact.pk] = Change(pct=wanted, note=note)
            months.report_sheet(sheet, changes=changes, by=holder, now=at)

    def _late(self, run: AppraisalMonth, sheet: ChecklistSheet) -> bool:
        """Some hand theirs in on the last day."""
        if run.month.month == SPIKE_MONTH and sheet.facts.filter(code=SPIKE).exists():
            return True
        return _share("last day", run.month, sheet.person.username) < 0.3

    def _verify(self, run: AppraisalMonth, at: datetime, *, present: bool) -> None:
        waiting = ChecklistSheet.objects.filter(
            run=run, kind__in=[SheetKind.VERIFY, SheetKind.SETTLE], closed_at=None
        )
        for sheet in waiting.select_related("duty__holder", "checklist__project"):
            holder = sheet.duty.holder if sheet.duty else sheet.person
            if present and holder.username == "supervisor":
                continue
            decisions = {fact.pk: _judged(fact, run.month.month, sheet.kind) for fact in sheet.facts.all()}
            months.verify_sheet(sheet, decisions=decisions, by=holder, now=at)

    def _again(self, run: AppraisalMonth, at: datetime) -> None:
        """What was returned is answered, what was disputed is settled."""
        if run.month.month in (6, 8):
            self._report(run, at, present=False)
            self._verify(run, at + timedelta(hours=2), present=False)

    def _review(self, run: AppraisalMonth, at: datetime) -> None:
        months.start_review(run, by=self.officer, now=at, seed=f"demo-{run}")
        questions = ChecklistQuestion.objects.filter(fact__run=run).select_related("duty__holder")
        for question in questions:
            if question.duty is not None:
                months.answer_question(
                    question, by=question.duty.holder, now=at + timedelta(hours=4),
                    answer="设备整体进场后集中安装，计量单和验收记录附后",
                )  # fmt: skip

    def _visit(self, run: AppraisalMonth, at: datetime) -> None:
        for sheet in ChecklistSheet.objects.filter(run=run, kind=SheetKind.VISIT, closed_at=None):
            drawn = run.facts.filter(checklist=sheet.checklist_id, sampled=True)
            months.visit_sheet(sheet, seen={fact.pk: Decision() for fact in drawn}, by=self.officer, now=at)

    def _adjust(self, run: AppraisalMonth, parking: Checklist, at: datetime) -> None:
        """July's storm stood still one garage: proposed by one, agreed by another."""
        fact = run.facts.filter(checklist=parking, code=STORM).first()
        if run.month.month != 7 or fact is None:
            return
        made = months.propose_adjustment(
            run, parking, kind="exclusion", code="force_majeure", fact=fact, by=self.officer, now=at,
            reason="七月暴雨红色预警，基坑停工九天", document_no=f"德应急〔{self.year}〕31号（演示）",
        )  # fmt: skip
        if made.duty is not None:
            months.decide_adjustment(made, agreed=True, by=made.duty.holder, now=at + timedelta(hours=5))

    def _appeal(self, run: AppraisalMonth, parking: Checklist, at: datetime) -> None:
        fact = run.facts.filter(checklist=parking, code="3.5").first()
        if run.month.month != 9 or fact is None or fact.final_pct is None:
            return
        owner = _contacts(parking.project)["owner"]
        made = months.appeal(
            fact, wanted_pct=min(fact.final_pct + 12, Decimal(100)), by=owner, now=at,
            reason="九月下旬完成的钢结构吊装未计入",
        )  # fmt: skip
        if made.duty is not None:
            months.decide_appeal(
                made, outcome="partly", pct=min(fact.final_pct + 7, Decimal(100)), by=made.duty.holder,
                now=at + timedelta(days=1), reason="监理核实已验收部分为七个百分点",
            )  # fmt: skip

    def _correct(self, run: AppraisalMonth, parking: Checklist, at: datetime) -> None:
        fact = run.facts.filter(checklist=parking, code="2.3").first()
        if run.month.month == 8 and fact is not None and fact.final_pct is not None:
            months.correct_fact(
                fact, pct=fact.final_pct - 3, by=fact.reporter, now=at, reason="计量单重复计了一批视频桩"
            )


def _actual(fact: ChecklistFact, month: date) -> Decimal:
    """What the site has done: near the plan, a few lines slow, one that comes all at once. Never back."""
    planned = float(fact.planned_pct)
    if fact.code in LATE and fact.checklist.project.tags:
        late = fact.item.due_on is not None and (month - fact.item.due_on).days > CATCH_UP_DAYS
        done = 100.0 if late else planned * LATE[fact.code]
    elif fact.code == SPIKE:
        done = 31.4 if month.month < SPIKE_MONTH else 100.0
    else:
        drift = 9 * _share(fact.code, fact.checklist_id, month) - 6
        done = planned if planned >= 100 else max(0.0, planned + drift)
    return max(Decimal(str(round(min(done, 100.0), 1))), fact.pct, fact.before_pct)


def _judged(fact: ChecklistFact, month: int, kind: str) -> Decision:
    """Most are agreed to; in June one is returned, in August one is disputed."""
    if kind == SheetKind.SETTLE:
        return Decision(pct=fact.verified_pct, note="以监理现场清点为准")
    if month == 6 and fact.code == RETURNED and not fact.answer:
        return Decision(verb="return", note="缺少测试报告，请补充")
    if month == 8 and fact.code == DISPUTED and fact.pct > 5:
        return Decision(verb="dispute", pct=fact.pct - 4, note="现场清点少 150 个，未联通")
    return Decision()
