"""Primavera's code words and their meaning; XER and P6 XML write the same things differently."""

from __future__ import annotations

from lantu.lifecycle.schedule.exchange.neutral import Constraint, Kind, LagCalendar, LinkKind

LINK_KINDS = {
    "PR_FS": LinkKind.FS,
    "PR_SS": LinkKind.SS,
    "PR_FF": LinkKind.FF,
    "PR_SF": LinkKind.SF,
    "Finish to Start": LinkKind.FS,
    "Start to Start": LinkKind.SS,
    "Finish to Finish": LinkKind.FF,
    "Start to Finish": LinkKind.SF,
}
TASK_TYPES = {
    "TT_Task": Kind.TASK,
    "TT_Rsrc": Kind.TASK,
    "TT_Mile": Kind.START_MILESTONE,
    "TT_FinMile": Kind.FINISH_MILESTONE,
    "TT_LOE": Kind.LOE,
    # A WBS summary activity spans what its node holds: like a level of effort it drives nothing.
    "TT_WBS": Kind.LOE,
    "Task Dependent": Kind.TASK,
    "Resource Dependent": Kind.TASK,
    "Start Milestone": Kind.START_MILESTONE,
    "Finish Milestone": Kind.FINISH_MILESTONE,
    "Level of Effort": Kind.LOE,
    "WBS Summary": Kind.LOE,
}
CONSTRAINTS = {
    "CS_MSO": Constraint.MSO,
    "CS_MSOA": Constraint.SNET,
    "CS_MSOB": Constraint.SNLT,
    "CS_MEO": Constraint.MFO,
    "CS_MEOA": Constraint.FNET,
    "CS_MEOB": Constraint.FNLT,
    "CS_ALAP": Constraint.ALAP,
    "CS_MANDSTART": Constraint.MANDATORY_START,
    "CS_MANDFIN": Constraint.MANDATORY_FINISH,
    "Start On": Constraint.MSO,
    "Start On or After": Constraint.SNET,
    "Start On or Before": Constraint.SNLT,
    "Finish On": Constraint.MFO,
    "Finish On or After": Constraint.FNET,
    "Finish On or Before": Constraint.FNLT,
    "As Late As Possible": Constraint.ALAP,
    "Mandatory Start": Constraint.MANDATORY_START,
    "Mandatory Finish": Constraint.MANDATORY_FINISH,
}
PERCENT_KINDS = {
    "CP_Phys": "physical",
    "CP_Drtn": "duration",
    "CP_Units": "units",
    "Physical": "physical",
    "Duration": "duration",
    "Units": "units",
    "Scope": "physical",
}
LAG_CALENDARS = {
    "rcal_Predecessor": LagCalendar.PREDECESSOR,
    "rcal_Successor": LagCalendar.SUCCESSOR,
    "rcal_ProjectDefault": LagCalendar.PROJECT,
    "rcal_ProjDefault": LagCalendar.PROJECT,
    "rcal_24Hour": LagCalendar.ELAPSED,
    "Predecessor Activity Calendar": LagCalendar.PREDECESSOR,
    "Successor Activity Calendar": LagCalendar.SUCCESSOR,
    "Project Default Calendar": LagCalendar.PROJECT,
    "24 Hour Calendar": LagCalendar.ELAPSED,
}
RESOURCE_KINDS = {
    "RT_Labor": "labour",
    "RT_Equip": "equipment",
    "RT_Mat": "material",
    "Labor": "labour",
    "Nonlabor": "equipment",
    "Material": "material",
}
