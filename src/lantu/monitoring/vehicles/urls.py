"""Doors of slag trucks, mounted by monitoring.urls."""

from django.urls import path

from lantu.monitoring.vehicles import views, views_data, views_ground

urlpatterns = [
    path("vehicles/", views.vehicles, name="vehicles"),
    path("vehicles/map.geojson", views_data.vehicle_layer, name="vehicle_layer"),
    path("vehicles/tracks.geojson", views_data.track_layer, name="track_layer"),
    path("vehicles/disposal.geojson", views_data.disposal_layer, name="disposal_layer"),
    path("vehicles/new", views.register, name="vehicle_register"),
    path("vehicles/import", views.import_vehicles, name="vehicle_import"),
    path("vehicles/import/template.xlsx", views.import_template, name="vehicle_import_template"),
    path("vehicles/findings/", views.findings, name="vehicle_findings"),
    path("vehicles/findings/<int:pk>/", views.finding, name="vehicle_finding"),
    path("vehicles/findings/<int:pk>/false", views.finding_false, name="vehicle_finding_false"),
    path("vehicles/ground/", views_ground.ground, name="vehicle_ground"),
    path("vehicles/ground/map.json", views_ground.ground_map, name="vehicle_ground_map"),
    path("vehicles/ground/disposal", views_ground.disposal, name="vehicle_disposal"),
    path("vehicles/ground/route", views_ground.route, name="vehicle_route"),
    path("vehicles/rules/", views.rules, name="vehicle_rules"),
    path("vehicles/<int:pk>/", views.vehicle, name="vehicle"),
    path("vehicles/<int:pk>/day.json", views_data.day_map, name="vehicle_day"),
    path("vehicles/<int:pk>/speed.json", views_data.day_speed, name="vehicle_speed"),
    path("vehicles/<int:pk>/edit", views.edit, name="vehicle_edit"),
    path("vehicles/<int:pk>/code", views.new_code, name="vehicle_code"),
]
