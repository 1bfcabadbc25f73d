"""Doors of monitoring."""

from django.urls import path

from lantu.monitoring import views, views_data
from lantu.monitoring.rules.desk import views as desk

app_name = "monitoring"

urlpatterns = [
    path("devices/", views.devices, name="devices"),
    path("devices/map.geojson", views_data.device_layer, name="device_layer"),
    path("devices/<str:code>/", views.device, name="device"),
    path("devices/<str:code>/token", views.token, name="token"),
    path("devices/<str:code>/chart/<str:key>.json", views_data.chart, name="chart"),
    path("coverage/", views.coverage_page, name="coverage"),
    path("alerts/", views.alerts, name="alerts"),
    path("alerts/<int:pk>/", views.alert, name="alert"),
    path("alerts/<int:pk>/chart.json", views_data.alert_spec, name="alert_chart"),
    path("alerts/<int:pk>/false-positive", views.false_positive, name="false_positive"),
    path("rules/", desk.rules, name="rules"),
    path("rules/proposals/<int:pk>/", desk.proposal, name="proposal"),
    path("rules/proposals/<int:pk>/edit", desk.edit_proposal, name="proposal_edit"),
    path("rules/proposals/<int:pk>/do/<slug:verb>", desk.proposal_act, name="proposal_act"),
    path("rules/previews/<int:pk>/<int:number>.json", desk.firing, name="firing"),
    path("rules/<str:code>/", desk.rule, name="rule"),
    path("rules/<str:code>/propose", desk.new_proposal, name="rule_propose"),
    path("quarantine/", views.quarantine, name="quarantine"),
    path("quarantine/<int:pk>/", views.quarantined, name="quarantined"),
    path("quarantine/<int:pk>/replay", views.replay_one, name="replay"),
    path("projects/<str:code>/", views.project_tab, name="project"),
]
