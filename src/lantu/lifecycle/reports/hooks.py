"""What reports add to the floors below, and the sections that this floor gives them."""

from django.db.models import Q

from lantu.duties import workflow_models
from lantu.lifecycle.reports.content import ReportSection, bulletin_sections, one_pager_sections
from lantu.lifecycle.reports.sections import city, curve, lifecycle, project, waiting
from lantu.lifecycle.reports.states import CLOSED_STATES

workflow_models.add("lifecycle.Bulletin", is_open=~Q(state__in=CLOSED_STATES))

bulletin_sections.add(ReportSection(key="overview", order=10, build=city.overview))
bulletin_sections.add(ReportSection(key="progress", order=20, build=city.progress))
bulletin_sections.add(ReportSection(key="curve", order=25, build=curve.year_curve))
bulletin_sections.add(ReportSection(key="money", order=30, build=city.truths))
bulletin_sections.add(ReportSection(key="lamps", order=40, build=city.lamps))
bulletin_sections.add(ReportSection(key="programmes", order=50, build=lifecycle.programmes))
bulletin_sections.add(ReportSection(key="milestones", order=60, build=lifecycle.milestones))
bulletin_sections.add(ReportSection(key="gates", order=70, build=waiting.gates))
bulletin_sections.add(ReportSection(key="appraisal", order=80, build=waiting.appraisal))
bulletin_sections.add(ReportSection(key="annex_projects", order=900, build=city.annex))

one_pager_sections.add(ReportSection(key="facts", order=10, build=project.facts))
one_pager_sections.add(ReportSection(key="stages", order=20, build=project.stages))
one_pager_sections.add(ReportSection(key="gates", order=25, build=waiting.gate_line))
one_pager_sections.add(ReportSection(key="truths", order=30, build=project.truths))
one_pager_sections.add(ReportSection(key="programmes", order=50, build=project.programmes))
one_pager_sections.add(ReportSection(key="waiting", order=60, build=project.waiting))
