"""The monthly report: facts once, then as Word in the layout of GB/T 9704-2012 and as rows of a sheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from lantu.core import official_paper as paper
from lantu.lifecycle.checklists import selectors
from lantu.lifecycle.checklists.appraisal.models import AppraisalMonth, ChecklistFact
from lantu.lifecycle.checklists.appraisal.presenting import TALKS, adjustments_of, groups_of
from lantu.lifecycle.checklists.appraisal.words import word_of
from lantu.lifecycle.checklists.months import rules


def report_of(run: AppraisalMonth, reader: Any) -> dict[str, Any]:
    """What the report says to this reader: places and scores, exclusions, talks proposed, the report's own burden."""
    scores = selectors.month_scores(run.month, reader)
    burden = run.burden
    published = timezone.localtime(run.published_at) if run.published_at else None
    return {
        "title": _("%(year)d 年 %(month)d 月重点工程清单考核通报") % {"year": run.month.year, "month": run.month.month},
        "sender": str(run.officer.organisation or ""),
        "date": _("%(y)d年%(m)d月%(d)d日") % {"y": published.year, "m": published.month, "d": published.day}
        if published
        else "",
        "as_of": f"{timezone.localtime(run.frozen_at):%Y-%m-%d %H:%M}" if run.frozen_at else "",
        "groups": [(name, [_row(score) for score in rows]) for name, rows in groups_of(scores)],
        "adjustments": [row for row in adjustments_of(run, reader) if row["agreed"]],
        "talks": [(score.checklist.project.name, str(TALKS[score.talk])) for score in scores if score.talk in TALKS],
        "corrections": [
            (one.fact.checklist.project.name, one.fact.code, str(one.fact.run), f"{one.fact.final_pct:g}", f"{one.pct:g}", one.reason)
            for one in run.corrections.select_related("fact__run", "fact__checklist__project")
            if any(score.checklist_id == one.fact.checklist_id for score in scores)
        ],
        "sample": _("随机抽查 %(n)d 项（按证据等级分层，不少于 %(share)d%%），种子 %(seed)s。")
        % {"n": len(run.sample), "share": round(run.rules["sample_share"] * 100), "seed": run.seed},
        "burden": _(
            "本期填报负担：%(people)d 人，共约 %(minutes)g 分钟（人均 %(each)g 分钟）。按看 %(lines)d 行、更正 %(corrections)d 处、"
            "核验 %(checks)d 次、答复 %(questions)d 个估算，不记录任何人的在线时间。"
        )
        % {
            "people": burden["people"],
            "minutes": burden["minutes"],
            "each": burden["minutes_each"],
            "lines": burden["lines"],
            "corrections": burden["corrections"],
            "checks": burden["verifications"],
            "questions": burden["questions"],
        },
        "basis": f"{run.rules['basis']}（{run.rules['mark']}，{run.pack_version}）",
    }  # fmt: skip


def _row(score: Any) -> dict[str, Any]:
    return {
        "rank": score.rank or "—",
        "project": score.checklist.project.name,
        "owner": score.checklist.project.owner_org.short_name or score.checklist.project.owner_org.name,
        "total": f"{score.total:.2f}",
        "grade": score.grade_label,
        "revision": score.revision,
    }


def word_bytes(report: dict[str, Any]) -> bytes:
    """docx: A4, 37/35/28/26 mm, title 22 pt, body 16 pt at 28 pt exact, headings 一、 in 黑体."""
    document = paper.new_paper()
    paper.add_mark(document, report["sender"])
    paper.add_title(document, report["title"])
    paper.add_text(
        document,
        _("现将本月清单考核情况通报如下（数据截至 %(at)s 冻结）。") % {"at": report["as_of"]},
        indent=True,
    )
    paper.add_text(document, _("一、分组得分"), font=paper.BLACK, indent=True)
    for name, rows in report["groups"]:
        paper.add_text(document, name, font=paper.KAI, indent=True)
        _table(
            document,
            [_("名次"), _("项目"), _("建设单位"), _("得分"), _("等次")],
            [[row["rank"], row["project"], row["owner"], row["total"], row["grade"]] for row in rows],
            (14, 66, 40, 20, 16),
        )
    paper.add_text(document, _("二、扣除外因与加减分"), font=paper.BLACK, indent=True)
    for row in report["adjustments"]:
        paper.add_text(
            document,
            f"{row['project']} {row['item']}：{row['kind_label']}（{row['code_label']}），{row['reason']}，{row['document_no']}，"
            + _("%(a)s 提出，%(b)s 确认。") % {"a": row["proposed_by"], "b": row["decided_by"]},
            indent=True,
        )
    if not report["adjustments"]:
        paper.add_text(document, _("本月没有。"), indent=True)
    paper.add_text(document, _("三、建议约谈"), font=paper.BLACK, indent=True)
    for project, why in report["talks"]:
        paper.add_text(document, f"{project}：{why}。", indent=True)
    paper.add_text(
        document,
        _("由系统按规则提出，是否约谈由局务会决定。") if report["talks"] else _("本月没有。"),
        indent=True,
    )
    if report["corrections"]:
        paper.add_text(document, _("四、冻结后的更正"), font=paper.BLACK, indent=True)
        for project, code, month, before, after, why in report["corrections"]:
            paper.add_text(
                document, f"{project} {code}（{month}）：{before}% → {after}%，{why}。", indent=True
            )
    for line in (report["sample"], report["burden"], _("依据：%(basis)s。") % {"basis": report["basis"]}):
        paper.add_text(document, line, size=14, indent=True)
    paper.add_signature(document, (report["sender"], report["date"]))
    return paper.paper_bytes(document, title=report["title"], author=report["sender"])


def _table(document: Any, headings: list[str], rows: list[list[Any]], widths_mm: tuple[int, ...]) -> None:
    from docx.shared import Mm

    table = document.add_table(rows=0, cols=len(headings))
    table.style = "Table Grid"
    table.autofit = False
    for number, values in enumerate([headings, *rows]):
        cells = table.add_row().cells
        for cell, value, width in zip(cells, values, widths_mm, strict=True):
            cell.width = Mm(width)
            paper.add_run(
                cell.paragraphs[0], str(value), font=paper.BLACK if number == 0 else paper.BODY, size=12
            )


def sheet_rows(run: AppraisalMonth, reader: Any) -> tuple[list[tuple[str, int, bool]], Iterator[list[Any]]]:
    """Headings and one row for every frozen line of the scores that the reader sees."""
    scores = {score.checklist_id: score for score in selectors.month_scores(run.month, reader)}
    headings = [
        (_("同类组"), 12, False), (_("项目"), 30, False), (_("编号"), 8, False), (_("子任务"), 30, False),
        (_("权重"), 8, False), (_("计划 %"), 8, False), (_("完成 %"), 8, False), (_("证据等级"), 8, False),
        (_("滞后天数"), 8, False), (_("扣除外因"), 8, False), (_("任务得分"), 10, False), (_("项目总分"), 10, False),
        (_("等次"), 8, False), (_("名次"), 8, False),
    ]  # fmt: skip
    peers = {key: word_of(group) for key, group in rules().peer_groups.items()}
    facts = ChecklistFact.objects.filter(run=run, checklist__in=scores).select_related(
        "item", "checklist__project"
    )

    def rows() -> Iterator[list[Any]]:
        for fact in facts.order_by("checklist_id", "item__order"):
            score = scores[fact.checklist_id]
            yield [
                peers[score.peer_group], fact.checklist.project.name, fact.code, fact.item.title, fact.weight,
                fact.planned_pct, fact.final_pct, fact.grade, fact.late_days, _("是") if fact.excluded else "",
                None if fact.score is None else round(fact.score, 2), round(score.total, 2), score.grade_label, score.rank,
            ]  # fmt: skip

    return headings, rows()
