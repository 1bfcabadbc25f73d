"""Doors of this applet, mounted by lantu.lifecycle.urls."""

from django.urls import URLPattern, path

from lantu.lifecycle.schedule import (
    views,
    views_activity,
    views_analysis,
    views_calendar,
    views_levelling,
    views_life,
)

urlpatterns: list[URLPattern] = [
    path("schedule/project/<str:code>/", views.project_schedules, name="schedule_project"),
    path("schedule/project/<str:code>/new/", views_life.new, name="schedule_new"),
    path("schedule/<int:pk>/", views.gantt, name="schedule_gantt"),
    path("schedule/<int:pk>/rows/", views.rows, name="schedule_rows"),
    path("schedule/<int:pk>/drag/", views.drag, name="schedule_drag"),
    path("schedule/<int:pk>/curve/", views_analysis.curve, name="schedule_curve"),
    path("schedule/<int:pk>/compare/", views_analysis.compare, name="schedule_compare"),
    path("schedule/<int:pk>/whatif/", views_analysis.what_if, name="schedule_whatif"),
    path("schedule/<int:pk>/paths/", views_analysis.paths, name="schedule_paths"),
    path("schedule/<int:pk>/claim/", views_analysis.claim, name="schedule_claim"),
    path("schedule/<int:pk>/act/<str:verb>/", views_life.act, name="schedule_act"),
    path("schedule/<int:pk>/life/", views_life.life, name="schedule_life"),
    path("schedule/<int:pk>/calendars/add/", views_calendar.add, name="schedule_calendar_add"),
    path("schedule/calendars/<int:pk>/", views_calendar.calendar, name="schedule_calendar"),
    path("schedule/<int:pk>/add/", views_activity.add, name="schedule_add"),
    path("schedule/activities/<int:pk>/", views_activity.activity, name="schedule_activity"),
    path("schedule/activities/<int:pk>/edit/", views_activity.edit, name="schedule_activity_edit"),
    path("schedule/activities/<int:pk>/progress/", views_activity.progress, name="schedule_progress"),
    path("schedule/levelling/", views_levelling.runs, name="schedule_levellings"),
    path("schedule/levelling/<int:pk>/", views_levelling.run, name="schedule_levelling"),
    path("schedule/levelling/<int:pk>/adopt/<int:schedule>/", views_levelling.adopt, name="schedule_adopt"),
    path("schedule/levelling/adoptions/<int:pk>/undo/", views_levelling.undo, name="schedule_adoption_undo"),
]
