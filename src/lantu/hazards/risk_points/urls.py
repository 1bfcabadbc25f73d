"""Doors of risk points, patrols and inspections, under /hazards/."""

from django.urls import path

from lantu.hazards.inspections import views as inspections
from lantu.hazards.inspections import views_paper
from lantu.hazards.risk_points import views, views_data, views_patrols, views_sheets

urlpatterns = [
    path("risks/", views.point_list, name="risk_points"),
    path("risks/map/", views.risk_map, name="risk_map"),
    path("risks/layer.json", views_data.layer, name="risk_layer"),
    path("risks/new/", views.write, name="risk_new"),
    path("risks/import/", views_sheets.import_points, name="risk_import"),
    path("risks/template.xlsx", views_sheets.template, name="risk_template"),
    path("risks/export.xlsx", views_sheets.export, name="risk_export"),
    path("risks/project/<str:code>/", views.project_tab, name="risk_project"),
    path("risks/project/<str:code>/sheets/", views_data.sheets, name="risk_sheets"),
    path("risks/project/<str:code>/patrol/", views_patrols.plan, name="patrol_new"),
    path("risks/<int:pk>/", views.detail, name="risk_point"),
    path("risks/<int:pk>/change/", views.write, name="risk_change"),
    path("risks/<int:pk>/do/<slug:verb>/", views.act, name="risk_act"),
    path("risks/<int:pk>/scheme/", views.scheme, name="risk_scheme"),
    path("risks/<int:pk>/check/", views_patrols.check, name="risk_check"),
    path("risks/<int:pk>/qr.svg", views_data.qr, name="risk_qr"),
    path("p/<str:token>/", views_patrols.scan, name="risk_scan"),
    path("patrols/", views_patrols.rounds, name="patrols"),
    path("patrols/rounds/<int:pk>/", views_patrols.round_, name="patrol_round"),
    path("patrols/<int:pk>/stop/", views_patrols.stop, name="patrol_stop"),
    path("inspections/", inspections.inspection_list, name="inspections"),
    path("inspections/new/", inspections.plan, name="inspection_new"),
    path("inspections/draw/", inspections.draw, name="inspection_draw"),
    path("inspections/draws/<int:pk>/", inspections.drawn, name="draw"),
    path("inspections/<int:pk>/", inspections.detail, name="inspection"),
    path("inspections/<int:pk>/do/<slug:verb>/", inspections.act, name="inspection_act"),
    path("inspections/<int:pk>/tables/<str:code>/", inspections.table, name="inspection_table"),
    path("inspections/<int:pk>/items/<int:entry>/pin/", views_paper.pin, name="inspection_pin"),
    path("inspections/<int:pk>/print/", views_paper.paper, name="inspection_paper"),
]
