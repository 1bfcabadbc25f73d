"""Doors of this applet, mounted by lantu.lifecycle.urls."""

from django.urls import URLPattern, path

from lantu.lifecycle.checklists import views, views_files, views_month

urlpatterns: list[URLPattern] = [
    path("checklists/project/<str:code>/", views.project_tab, name="checklists_project"),
    path("checklists/project/<str:code>/new/", views.new, name="checklists_new"),
    path("checklists/mine/", views_month.my_month, name="checklists_mine"),
    path("checklists/<int:pk>/", views.detail, name="checklists_detail"),
    path("checklists/<int:pk>/compare/", views.compare, name="checklists_compare"),
    path("checklists/<int:pk>/do/<slug:verb>/", views.act, name="checklists_act"),
    path("checklists/<int:pk>/items/<int:item>/", views.item, name="checklists_item"),
    path("checklists/imports/<int:pk>/", views.imported, name="checklists_import"),
    path("checklists/sheets/<int:pk>/", views_month.sheet, name="checklists_sheet"),
    path("checklists/facts/<int:pk>/do/<slug:verb>/", views_month.pass_on, name="checklists_pass_on"),
    path("checklists/facts/<int:pk>/correct/", views_month.correct, name="checklists_correct"),
    path("checklists/questions/<int:pk>/", views_month.question, name="checklists_question"),
    path("appraisal/", views_month.months, name="appraisal_months"),
    path("appraisal/open/", views_month.open_now, name="appraisal_open"),
    path("appraisal/scores/<int:pk>/", views_month.score, name="appraisal_score"),
    path("appraisal/appeals/<int:pk>/", views_month.appeal, name="appraisal_appeal"),
    path("appraisal/adjustments/<int:pk>/", views_month.adjustment, name="appraisal_adjustment"),
    path("appraisal/<str:month>/", views_month.month, name="appraisal_month"),
    path("appraisal/<str:month>/paper/", views_files.paper, name="appraisal_paper"),
    path("appraisal/<str:month>/report.docx", views_files.word, name="appraisal_word"),
    path("appraisal/<str:month>/report.xlsx", views_files.excel, name="appraisal_excel"),
    path("appraisal/<str:month>/propose/", views_month.propose, name="appraisal_propose"),
    path("appraisal/<str:month>/do/<slug:verb>/", views_month.step, name="appraisal_step"),
]
