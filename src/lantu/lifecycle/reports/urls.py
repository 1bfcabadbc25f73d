"""Doors of this applet, mounted by lantu.lifecycle.urls."""

from django.urls import path

from lantu.lifecycle.reports import views

urlpatterns = [
    path("reports/", views.bulletin_list, name="reports"),
    path("reports/<int:pk>/", views.bulletin, name="reports_bulletin"),
    path("reports/<int:pk>/do/<slug:verb>/", views.bulletin_act, name="reports_bulletin_act"),
    path("reports/copies/<int:pk>/", views.copy_page, name="reports_copy"),
    path("reports/copies/<int:pk>/files/<slug:form>/", views.file, name="reports_file"),
    path("reports/projects/<str:code>/", views.one_pager, name="reports_project"),
]
