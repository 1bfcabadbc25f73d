"""Doors of monitoring."""

from django.urls import path

from lantu.monitoring import views, views_data, views_readings
from lantu.monitoring.cranes import views as cranes
from lantu.monitoring.devices import views as registration
from lantu.monitoring.devices.checkups import views as checkups
from lantu.monitoring.gateway.hj212 import views as hj212
from lantu.monitoring.observations import views as observations
from lantu.monitoring.rules.desk import views as desk
from lantu.monitoring.rules.overrides import views as overrides
from lantu.monitoring.vehicles.urls import urlpatterns as vehicle_doors

app_name = "monitoring"

urlpatterns = [
    path("", views.front, name="front"),
    *vehicle_doors,
    path("devices/", views.devices, name="devices"),
    path("device-new/", registration.new_device, name="device_new"),
    path("device-import/", registration.upload, name="device_upload"),
    path("device-import/template.xlsx", registration.import_template, name="device_template"),
    path("device-import/<int:pk>/", registration.import_run, name="device_import"),
    path("device-import/<int:pk>/apply", registration.import_apply, name="device_import_apply"),
    path("device-import/<int:pk>/tokens.xlsx", registration.import_tokens, name="device_import_tokens"),
    path("device-labels/", registration.labels, name="labels"),
    path("checkups/", checkups.reports, name="checkups"),
    path("checkups/<int:pk>/", checkups.report_page, name="checkup_report"),
    path("checkups/start/<str:code>", checkups.start, name="checkup_start"),
    path("devices/<str:code>/checkup", checkups.device_checkup, name="checkup_device"),
    path("devices/<str:code>/edit", registration.edit_device, name="device_edit"),
    path("devices/<str:code>/status", registration.set_status, name="device_status"),
    path("devices/map.geojson", views_data.device_layer, name="device_layer"),
    path("devices/<str:code>/", views.device, name="device"),
    path("devices/<str:code>/token", views.token, name="token"),
    path("devices/<str:code>/chart/<str:key>.json", views_data.chart, name="chart"),
    path("devices/<str:code>/readings/<str:key>.csv", views_readings.readings_csv, name="readings_csv"),
    path("gateway/", hj212.gateway, name="gateway"),
    path("gateway/hj212-import", hj212.sheet, name="hj212_sheet"),
    path("devices/<str:code>/hj212", hj212.station, name="hj212_station"),
    path("storage/", views_readings.storage, name="storage"),
    path("coverage/", views.coverage_page, name="coverage"),
    path("alerts/", views.alerts, name="alerts"),
    path("alerts/<int:pk>/", views.alert, name="alert"),
    path("alerts/<int:pk>/chart.json", views_data.alert_spec, name="alert_chart"),
    path("alerts/<int:pk>/false-positive", views.false_positive, name="false_positive"),
    path("design-limits/<str:code>/", overrides.limits, name="design_limits"),
    path("design-limits/<int:pk>/withdraw", overrides.withdraw, name="design_limit_withdraw"),
    path("crane-groups/<str:code>/", cranes.groups, name="crane_groups"),
    path("rules/", desk.rules, name="rules"),
    path("rules/proposals/<int:pk>/", desk.proposal, name="proposal"),
    path("rules/proposals/<int:pk>/edit", desk.edit_proposal, name="proposal_edit"),
    path("rules/proposals/<int:pk>/do/<slug:verb>", desk.proposal_act, name="proposal_act"),
    path("rules/previews/<int:pk>/<int:number>.json", desk.firing, name="firing"),
    path("rules/<str:code>/", desk.rule, name="rule"),
    path("rules/<str:code>/propose", desk.new_proposal, name="rule_propose"),
    path("observations/", observations.observations, name="observations"),
    path("observations/map.geojson", observations.layer, name="observation_layer"),
    path("observations/<int:pk>/", observations.observation, name="observation"),
    path("observations/<int:pk>/review/<slug:verb>", observations.review, name="observation_review"),
    path("quarantine/", views.quarantine, name="quarantine"),
    path("quarantine/<int:pk>/", views.quarantined, name="quarantined"),
    path("quarantine/<int:pk>/replay", views.replay_one, name="replay"),
    path("projects/<str:code>/", views.project_tab, name="project"),
]
