"""Django looks here; the models live with their applets."""

from lantu.lifecycle.annual_plan.models import (
    AnnualPlan,
    PlanElementReview,
    PlanImport,
    PlanMapping,
    PlanProposal,
    PlanVersion,
    PlanVersionItem,
)
from lantu.lifecycle.checklists.appraisal.models import (
    AppraisalAdjustment,
    AppraisalAppeal,
    AppraisalMonth,
    AppraisalScore,
    ChecklistCorrection,
    ChecklistFact,
    ChecklistPhoto,
    ChecklistQuestion,
    ChecklistSheet,
)
from lantu.lifecycle.checklists.models import (
    Checklist,
    ChecklistImport,
    ChecklistItem,
    ChecklistMapping,
    ChecklistSignature,
    ChecklistTarget,
)
from lantu.lifecycle.gates.models import Gate, GateCondition, GateDocument, GatePlan, GateStep, GateTender
from lantu.lifecycle.programmes.cases.models import CaseTemplate, CaseUse
from lantu.lifecycle.programmes.models import (
    Programme,
    ProgrammeCheck,
    ProgrammeGoal,
    ProgrammeGoalValue,
    ProgrammeMember,
    ProgrammeMilestone,
)
from lantu.lifecycle.reports.models import Bulletin, ReportCopy, ReportFile, ReportSeries
from lantu.lifecycle.schedule.exchange.models import ScheduleImport
from lantu.lifecycle.schedule.models import (
    Schedule,
    ScheduleActivity,
    ScheduleCalendar,
    ScheduleLink,
)
from lantu.lifecycle.schedule.models_kept import (
    ScheduleBaseline,
    ScheduleBaselineActivity,
    ScheduleDemand,
    ScheduleEdit,
    ScheduleLevelling,
    ScheduleProgress,
    ScheduleResource,
    ScheduleSlip,
)

__all__ = [
    "Gate", "GateCondition", "GateDocument", "GatePlan", "GateStep", "GateTender",
    "AppraisalAdjustment", "AppraisalAppeal", "AppraisalMonth", "AppraisalScore", "Checklist", "ChecklistCorrection",
    "ChecklistFact", "ChecklistImport", "ChecklistItem", "ChecklistMapping", "ChecklistPhoto", "ChecklistQuestion",
    "ChecklistSheet", "ChecklistSignature", "ChecklistTarget",
    "AnnualPlan", "PlanElementReview", "PlanImport", "PlanMapping", "PlanProposal", "PlanVersion", "PlanVersionItem",
    "Bulletin", "CaseTemplate", "CaseUse", "Programme", "ProgrammeCheck", "ProgrammeGoal", "ProgrammeGoalValue",
    "ProgrammeMember", "ProgrammeMilestone", "ReportCopy", "ReportFile", "ReportSeries",
    "Schedule", "ScheduleActivity", "ScheduleBaseline", "ScheduleBaselineActivity", "ScheduleCalendar",
    "ScheduleDemand", "ScheduleEdit", "ScheduleImport", "ScheduleLevelling", "ScheduleLink", "ScheduleProgress", "ScheduleResource",
    "ScheduleSlip",
]  # fmt: skip
