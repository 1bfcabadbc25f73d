"""Elements of the two XML formats that their readers ask for; a reader that asks for more adds the name here (a test
compares what is read with and without this list).
"""

P6 = frozenset((
    "APIBusinessObjects", "Activity", "ActivityDefaultCalendarObjectId", "ActivityObjectId", "ActualFinishDate",
    "ActualStartDate", "BaselineProject", "Calendar", "CalendarObjectId", "Code", "CriticalActivityFloatThreshold",
    "DataDate", "Date", "DayOfWeek", "DurationPercentComplete", "EarlyFinishDate", "EarlyStartDate",
    "ExpectedFinishDate", "Finish", "FinishDate", "FreeFloat", "HolidayOrException", "HolidayOrExceptions",
    "HoursPerDay", "Id", "IsCritical", "IsDefault", "IsLongestPath", "Lag", "LateFinishDate", "LateStartDate",
    "MustFinishByDate", "Name", "ObjectId", "OriginalProjectObjectId", "OutOfSequenceScheduleType", "ParentObjectId",
    "PercentComplete", "PercentCompleteType", "PhysicalPercentComplete", "PlannedCost", "PlannedDuration",
    "PlannedFinishDate", "PlannedStartDate", "PlannedUnits", "PredecessorActivityObjectId", "PrimaryConstraintDate",
    "PrimaryConstraintType", "Project", "Relationship", "RelationshipLagCalendar", "RemainingDuration",
    "RemainingEarlyFinishDate", "RemainingEarlyStartDate", "RemainingLateFinishDate", "RemainingLateStartDate",
    "Resource", "ResourceAssignment", "ResourceObjectId", "ResourceType", "ScheduleOptions", "ScheduledFinishDate",
    "SecondaryConstraintDate", "SecondaryConstraintType", "SequenceNumber", "StandardWorkHours", "StandardWorkWeek",
    "Start", "StartDate", "Status", "SuccessorActivityObjectId", "TotalFloat", "Type", "UnitsPercentComplete", "UseExpectedFinishDates", "WBS",
    "WBSObjectId", "WorkTime",
))  # fmt: skip
MSPDI = frozenset((
    "Active", "ActualFinish", "ActualStart", "Alias", "Assignment", "Assignments", "BaseCalendarUID", "Baseline",
    "Calendar", "CalendarUID", "Calendars", "Code", "ConstraintDate", "ConstraintType", "Cost", "Critical",
    "CriticalSlackLimit", "CrossProject", "CrossProjectName", "DayType", "DayWorking", "DaysOfWeek", "Deadline",
    "Duration", "DurationFormat", "EarlyFinish", "EarlyStart", "Exception", "Exceptions", "ExtendedAttribute",
    "ExtendedAttributes", "ExternalTask", "FieldID", "Finish", "FinishDate", "FreeSlack", "FromDate", "FromTime",
    "GUID", "HonorConstraints", "ID", "Initials", "IsBaseCalendar", "IsNull", "LagFormat", "LateFinish", "LateStart",
    "LinkLag", "Manual", "Milestone", "MinutesPerDay", "Month", "MonthDay", "MonthItem", "MonthPosition", "Name",
    "Number", "OutlineLevel", "PercentComplete", "Period", "PredecessorLink", "PredecessorUID", "Project",
    "RemainingDuration", "Resource", "ResourceUID", "Resources", "SaveVersion", "Start", "StartDate", "StatusDate",
    "Task", "TaskUID", "Tasks", "TimePeriod", "Title", "ToDate", "ToTime", "TotalSlack", "Type", "UID", "Value",
    "WBS", "WeekDay", "WeekDays", "Work", "WorkWeek", "WorkWeeks", "WorkingTime", "WorkingTimes",
))  # fmt: skip
