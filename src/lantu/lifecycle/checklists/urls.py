"""Doors of this applet, mounted by lantu.lifecycle.urls."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path


def _soon(request: HttpRequest, **_more: str) -> HttpResponse:
    return HttpResponse("")


urlpatterns: list[URLPattern] = [
    path("checklists/<int:pk>/", _soon, name="checklists_detail"),
    path("checklists/<int:pk>/items/<int:item>/", _soon, name="checklists_item"),
    path("checklists/sheets/<int:pk>/", _soon, name="checklists_sheet"),
    path("checklists/imports/<int:pk>/", _soon, name="checklists_import"),
    path("checklists/questions/<int:pk>/", _soon, name="checklists_question"),
    path("appraisal/<str:month>/", _soon, name="appraisal_month"),
    path("appraisal/scores/<int:pk>/", _soon, name="appraisal_score"),
    path("appraisal/appeals/<int:pk>/", _soon, name="appraisal_appeal"),
    path("appraisal/adjustments/<int:pk>/", _soon, name="appraisal_adjustment"),
]
