"""Mounted at /hazards/ by the site."""

from django.urls import path

from lantu.hazards import views, views_beside, views_documents, views_print, views_rates
from lantu.hazards.phone import views as views_phone
from lantu.hazards.risk_points.urls import urlpatterns as double_prevention

app_name = "hazards"
urlpatterns = [
    path("", views.hazard_list, name="list"),
    path("new/", views.report, name="report"),
    path("rates/", views_rates.rates, name="rates"),
    path("repeats/", views_rates.repeat_offenders, name="repeats"),
    path("layer.json", views_rates.layer, name="layer"),
    path("project/<str:code>/", views.project_tab, name="project"),
    path("m/", views.phone_list, name="phone"),
    path("m/<int:pk>/", views.phone_hazard, name="phone_hazard"),
    path("listed/", views_beside.listed, name="listed"),
    path("poster/<str:code>/", views_documents.poster, name="poster"),
    path("poster/<str:code>/qr.svg", views_documents.poster_qr, name="poster_qr"),
    path("<int:pk>/documents/", views_documents.documents, name="documents"),
    path("look-backs/", views_beside.look_backs, name="look_backs"),
    path("look-backs/<int:pk>/", views_beside.look_back, name="look_back"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/do/<slug:verb>/", views.act, name="act"),
    path("<int:pk>/kept/<int:kept>/<slug:decision>/", views_phone.decide, name="kept_decide"),
    path("<int:pk>/print/<slug:paper>/", views_print.paper, name="paper"),
    path("<int:pk>/qr.svg", views_print.qr, name="qr"),
    *double_prevention,
]
