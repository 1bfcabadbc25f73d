"""Doors of programmes and of templates, mounted by lantu.lifecycle.urls."""

from django.urls import path

from lantu.lifecycle.programmes import views, views_edit
from lantu.lifecycle.programmes.cases.urls import urlpatterns as case_doors

urlpatterns = [
    path("programmes/", views.programme_list, name="programmes"),
    path("programmes/new/", views_edit.new, name="programmes_new"),
    path("programmes/milestones/", views.milestone_list, name="programmes_milestones"),
    path("programmes/milestones/<int:pk>/", views.milestone, name="programmes_milestone"),
    path(
        "programmes/milestones/<int:pk>/do/<slug:verb>/",
        views_edit.milestone_act,
        name="programmes_milestone_act",
    ),
    path("programmes/<int:pk>/", views.detail, name="programmes_detail"),
    path("programmes/<int:pk>/edit/", views_edit.edit, name="programmes_edit"),
    path("programmes/<int:pk>/do/<slug:verb>/", views_edit.act, name="programmes_act"),
    path("programmes/<int:pk>/map.json", views.map_json, name="programmes_map"),
    path("programmes/<int:pk>/print/", views.paper, name="programmes_paper"),
    *case_doors,
]
