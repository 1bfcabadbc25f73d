"""The plan's document in the layout of GB/T 9704, with its tables as annexes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone

from lantu.core import official_paper as paper
from lantu.lifecycle.annual_plan.facts import wan
from lantu.lifecycle.annual_plan.models import PlanVersion, PlanVersionItem
from lantu.lifecycle.annual_plan.rules import document_words
from lantu.lifecycle.annual_plan.states import VersionKind

YI = Decimal(100_000_000)


def render_plan(
    version: PlanVersion,
    *,
    areas: Sequence[Mapping[str, Any]],
    classes: Sequence[Mapping[str, Any]],
    categories: Sequence[Mapping[str, Any]],
    items: Sequence[PlanVersionItem],
    area_words: Mapping[str, str],
) -> bytes:
    """docx bytes. The document speaks Chinese whatever the reader's language: it is the city's, not the screen's."""
    document = paper.new_paper()
    _head(document, version)
    _body(document, version, areas, classes, categories)
    paper.add_wide_section(document)
    _annexes(document, version, areas, items, area_words)
    return paper.paper_bytes(document, title=version.plan.title, author=document_words().sender)


def _head(document: Any, version: PlanVersion) -> None:
    words, plan = document_words(), version.plan
    draft = version.kind not in (VersionKind.ISSUED, VersionKind.ADJUSTED, VersionKind.APPRAISED)
    paper.add_mark(document, f"{words.sender}文件")
    number = version.document_no or plan.document_no or f"{words.mark}〔{plan.year}〕　号"
    paper.add_rule_below(
        paper.add_text(
            document,
            f"{version.get_kind_display()}第 {version.number} 版" if draft else number,
            align="center",
        )
    )
    title = "关于调整" if version.kind == VersionKind.ADJUSTED else "关于下达"
    paper.add_title(document, f"{title}{plan.title}的通知")
    if words.addressee:
        paper.add_text(document, f"{words.addressee}：")


def _sum(entry: Mapping[str, Any], name: str) -> str:
    return f"{(Decimal(str(entry[name])) / YI).quantize(Decimal('0.01'))} 亿元"


def _body(
    document: Any, version: PlanVersion, areas: Sequence[Mapping[str, Any]], classes: Sequence[Mapping[str, Any]],
    categories: Sequence[Mapping[str, Any]],
) -> None:  # fmt: skip
    plan, whole = version.plan, version.totals["all"]
    when = timezone.localtime(version.made_at)
    meeting = f"经{plan.meeting}审议，" if plan.meeting else ""
    paper.add_text(
        document,
        f"{meeting}现将{plan.title}{'调整方案' if version.kind == VersionKind.ADJUSTED else ''}印发给你们，请认真组织实施。",
        indent=True,
    )
    paper.add_text(document, "一、总体安排", font=paper.BLACK, indent=True)
    paper.add_text(
        document,
        f"{plan.year} 年安排重点工程 {whole['projects']} 个，总投资 {_sum(whole, 'total_yuan')}，"
        f"年度计划投资 {_sum(whole, 'annual_yuan')}。其中："
        + "；".join(
            f"{row['label']} {row['projects']} 个，年度投资 {_sum(row, 'annual_yuan')}" for row in classes
        )
        + "。",
        indent=True,
    )
    paper.add_text(document, "二、投资构成", font=paper.BLACK, indent=True)
    paper.add_text(
        document,
        "按投资类别："
        + "；".join(f"{row['label']} {row['projects']} 个，{_sum(row, 'annual_yuan')}" for row in categories)
        + "。",
        indent=True,
    )
    paper.add_text(
        document,
        "按县市区："
        + "；".join(f"{row['label']} {row['projects']} 个，{_sum(row, 'annual_yuan')}" for row in areas)
        + f"。各县市区合计与全市一致（{whole['projects']} 个）。",
        indent=True,
    )
    paper.add_text(document, "三、工作要求", font=paper.BLACK, indent=True)
    paper.add_text(
        document,
        "各责任单位要按照分月计划组织实施，按月如实报送进度；确需调整的，按程序在年中统一办理，原计划保留作为考核依据。",
        indent=True,
    )
    paper.add_text(document, "附件：1. 分县市区汇总表", indent=True)
    paper.add_text(document, "　　　2. 项目表", indent=True)
    paper.add_text(document, "　　　3. 分月投资表", indent=True)
    paper.add_signature(document, (document_words().sender, f"{when.year}年{when.month}月{when.day}日"))


def _annexes(
    document: Any, version: PlanVersion, areas: Sequence[Mapping[str, Any]], items: Sequence[PlanVersionItem],
    area_words: Mapping[str, str],
) -> None:  # fmt: skip
    whole = version.totals["all"]
    paper.add_text(document, "附件1　分县市区汇总表", font=paper.BLACK)
    rows = [
        [row["label"], str(row["projects"]), wan(row["total_yuan"]), wan(row["annual_yuan"])] for row in areas
    ]
    rows.append(
        [
            "全市合计",
            str(whole["projects"]),
            wan(Decimal(whole["total_yuan"])),
            wan(Decimal(whole["annual_yuan"])),
        ]
    )
    paper.add_grid(document, ["县市区", "项目数", "总投资（万元）", "年度投资（万元）"], rows, size=12)
    paper.add_text(document, "附件2　项目表", font=paper.BLACK, before=12)
    paper.add_grid(
        document,
        ["序号", "项目名称", "县市区", "类别", "性质", "建设单位", "总投资（万元）", "年度投资（万元）", "年度目标"],
        [
            [
                str(n), item.name, area_words.get(item.area_code, item.area_code), str(item.get_category_display()),
                str(item.get_plan_class_display()), item.proposal.owner_org.name, wan(item.total_yuan),
                wan(item.annual_yuan), item.annual_goal,
            ]
            for n, item in enumerate(items, start=1)
        ],
        size=9,
    )  # fmt: skip
    paper.add_text(document, "附件3　分月投资表（万元）", font=paper.BLACK, before=12)
    paper.add_grid(
        document,
        ["项目名称", "年度", *(f"{n}月" for n in range(1, 13))],
        [
            [item.name, wan(item.annual_yuan), *(wan(Decimal(str(amount))) for amount in item.monthly_yuan)]
            for item in items
        ],
        size=8,
    )
    paper.add_text(
        document,
        f"内容指纹（SHA-256）{version.fingerprint}",
        font=paper.SONG,
        size=paper.SMALL_PT,
        exact=paper.SMALL_LINE_PT,
        before=8,
    )
