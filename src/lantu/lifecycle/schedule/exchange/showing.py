"""A stored report as what the page shows: sentences in the reader's language, numbers with their meaning."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from lantu.lifecycle.schedule.exchange.models import ScheduleImport
from lantu.lifecycle.schedule.exchange.words import ENCODING_WHY, FORMATS, sentence

SAME_KIND = 5


def shown_report(run: ScheduleImport) -> dict[str, Any]:
    """Context of the report page; empty values where the run has no report (yet)."""
    report = run.report or {}
    if "counts" not in report:
        return {"projects": report.get("projects", []), "has_report": False}
    return {
        "has_report": True,
        "projects": report["projects"],
        "facts": _facts(report),
        "counts": report["counts"],
        "kinds": " · ".join(
            f"{kind} {count}" for kind, count in sorted(report["counts"]["link_kinds"].items())
        ),
        "calendars": report["calendars"],
        "dates": report["dates"],
        "blockers": [sentence(finding) for finding in report["blockers"]],
        "findings": grouped(report),
        "sample": report["sample"],
        "sample_more": report["counts"]["activities"] + report["counts"]["summaries"] - len(report["sample"]),
        "difference": _difference(run.difference) if run.difference else None,
    }


def grouped(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Findings by code: the first few as sentences, and how many there are in all."""
    groups: dict[str, dict[str, Any]] = {}
    for finding in report["findings"]:
        group = groups.setdefault(finding["code"], {"level": finding["level"], "rows": [], "count": 0})
        if len(group["rows"]) < SAME_KIND:
            group["rows"].append(sentence(finding))
    for code, group in groups.items():
        group["count"] = report["finding_counts"].get(code, len(group["rows"]))
        group["more"] = group["count"] - len(group["rows"])
    return list(groups.values())


def _facts(report: dict[str, Any]) -> list[tuple[str, Any]]:
    file, project, counts = report["file"], report["project"], report["counts"]
    name = str(FORMATS.get(file["format"], file["format"]))
    percents = "、".join(
        f"{_percent(kind)} {count}" for kind, count in sorted(counts["percent_kinds"].items())
    )
    facts = [
        (_("格式"), f"{name} {file['version']}".strip()),
        (_("编码"), f"{file['encoding']}（{ENCODING_WHY.get(file['encoding_why'], '')}）" if file["encoding"] else ""),
        (_("项目"), f"{project['code']} {project['name']}".strip() if project["code"] != project["name"] else project["name"]),
        (_("数据日期"), project["data_date"] or _("文件未写")),
        (_("文件写明的起止"), f"{project['start'] or '—'} → {project['finish'] or '—'}"),
        (_("完成百分比"), percents),
        (_("基准"), "、".join(str(number) for number in counts["baselines"]) or _("没有")),
        (_("资源 · 分配"), f"{counts['resources']} · {counts['assignments']}"),
        (_("限制日期"), counts["constraints"]),
        (_("已完成 · 进行中"), f"{counts['complete']} · {counts['in_progress']}"),
    ]  # fmt: skip
    return [(label, value) for label, value in facts if value != ""]


def _percent(kind: str) -> str:
    return {"physical": _("实物"), "units": _("工程量"), "duration": _("工期")}.get(kind, kind)


def _difference(difference: dict[str, Any]) -> dict[str, Any]:
    counts, rows = difference["counts"], difference["rows"]
    hours = [
        [code, name, f"{before / 60:g}", f"{after / 60:g}"]
        for code, name, before, after in rows.get("lengths", [])
    ]
    chips = [
        (_("新增任务"), counts["added"]),
        (_("消失任务"), counts["gone"]),
        (_("日期变动"), counts["moved"]),
        (_("工期变动"), counts["lengths"]),
        (_("改名"), counts["renamed"]),
        (_("完成率倒退"), counts["percent_back"]),
        (_("新增关系"), counts["links_added"]),
        (_("消失关系"), counts["links_gone"]),
        (_("间隔变动"), counts["lags"]),
    ]
    return {
        "chips": chips,
        "finish": difference["finish"],
        "finish_days": difference["finish_days"],
        "moved": rows["moved"],
        "added": rows["added"],
        "gone": rows["gone"],
        "lengths": hours,
        "percent_back": rows["percent_back"],
        "nothing": not any(counts.values()),
    }
