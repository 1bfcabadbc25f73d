"""Doors of the exchange, mounted by lantu.lifecycle.urls before those of the schedules."""

from django.urls import path

from lantu.lifecycle.schedule.exchange import views

urlpatterns = [
    path("schedule/import/", views.import_home, name="schedule_import_home"),
    path("schedule/import/template/", views.template, name="schedule_import_template"),
    path("schedule/import/run/<int:pk>/", views.import_run, name="schedule_import_run"),
    path("schedule/import/run/<int:pk>/apply/", views.import_apply, name="schedule_import_apply"),
    path("schedule/import/run/<int:pk>/choose/", views.import_choose, name="schedule_import_choose"),
    path("schedule/import/<str:code>/", views.import_upload, name="schedule_import"),
    path("schedule/export/<int:pk>/<str:kind>/", views.export, name="schedule_export"),
]
