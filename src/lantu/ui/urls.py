"""Mounted at /ui/ by the site."""

from django.urls import path

from lantu.ui import views

app_name = "ui"
urlpatterns = [
    path("", views.styleguide, name="styleguide"),
    path("chart.json", views.sample_chart, name="sample_chart"),
    path("layers.json", views.sample_layers, name="sample_layers"),
    path("wall/", views.sample_wall, name="sample_wall"),
    path("phone/", views.sample_phone, name="sample_phone"),
    path("auth/", views.sample_auth, name="sample_auth"),
    path("preferences/", views.preferences, name="preferences"),
]
