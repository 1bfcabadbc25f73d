"""Doors of this applet, mounted by lantu.lifecycle.urls."""

from django.urls import URLPattern, path

from lantu.lifecycle.gates import views, views_desk, views_templates, views_tender

urlpatterns: list[URLPattern] = [
    path("gates/", views_desk.matrix, name="gates"),
    path("gates/matrix.xlsx", views_desk.matrix_sheet, name="gates_sheet"),
    path("gates/desk/", views_desk.desk, name="gates_desk"),
    path("gates/templates/", views_templates.templates, name="gates_templates"),
    path("gates/templates/<slug:code>/", views_templates.template, name="gates_template"),
    path("gates/p/<code>/", views.project, name="gates_project"),
    path("gates/p/<code>/print/", views.paper, name="gates_paper"),
    path("gates/p/<code>/open/", views.open_plan, name="gates_open"),
    path("gates/p/<code>/stop/<slug:verb>/", views.stop, name="gates_stop"),
    path("gates/p/<code>/tenders/", views_tender.tenders, name="gates_tenders"),
    path("gates/p/<code>/tenders/new/", views_tender.edit, name="gates_tender_new"),
    path("gates/p/<code>/tenders/<int:pk>/", views_tender.edit, name="gates_tender"),
    path("gates/<int:pk>/", views.gate, name="gate"),
    path("gates/<int:pk>/do/<slug:verb>/", views.act, name="gate_act"),
    path("gates/steps/<int:pk>/", views.step, name="gate_step"),
    path("gates/steps/<int:pk>/do/<slug:verb>/", views.act_step, name="gate_step_act"),
    path("gates/documents/<int:pk>/void/", views.void, name="gate_document_void"),
    path("gates/conditions/<int:pk>/meet/", views.meet, name="gate_condition_meet"),
]
