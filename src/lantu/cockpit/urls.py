"""Mounted at /cockpit/ by the site."""

from django.urls import path

from lantu.cockpit import views

app_name = "cockpit"
urlpatterns = [
    path("", views.cockpit, name="cockpit"),
    path("wall", views.wall, name="wall"),
    path("brief/", views.brief, name="brief"),
    path("panels/<slug:look>/<slug:key>/", views.panel, name="panel"),
    path("charts/<slug:key>.json", views.chart, name="chart"),
]
