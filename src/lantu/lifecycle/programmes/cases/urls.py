"""Doors of templates made of finished projects."""

from django.urls import path

from lantu.lifecycle.programmes.cases import views

urlpatterns = [
    path("cases/", views.template_list, name="cases"),
    path("cases/new/", views.new, name="cases_new"),
    path("cases/<int:pk>/", views.detail, name="cases_detail"),
    path("cases/<int:pk>/do/<slug:verb>/", views.act, name="cases_act"),
    path("cases/<int:pk>/use/", views.use, name="cases_use"),
]
