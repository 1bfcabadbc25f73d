from django.urls import path

from lantu.gis import views

app_name = "gis"
urlpatterns = [
    path("", views.map_page, name="map"),
    path("layers.json", views.layers, name="layers"),
    path("counties.json", views.counties, name="counties"),
    path("projects.json", views.projects, name="projects"),
    path("project-shapes.json", views.shapes, name="project_shapes"),
]
