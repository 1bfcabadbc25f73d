"""Doors of annual plans, mounted by lantu.lifecycle.urls."""

from django.urls import URLPattern, path

from lantu.lifecycle.annual_plan import views, views_balance, views_import, views_proposal, views_public

urlpatterns: list[URLPattern] = [
    path("plan/", views.plan_list, name="plans"),
    path("plan/open/", views.plan_open, name="plan_open"),
    path("plan/<int:year>/", views.plan_page, name="plan"),
    path("plan/<int:year>/act/<slug:verb>/", views.plan_act, name="plan_act"),
    path("plan/<int:year>/issue/", views.plan_issue, name="plan_issue"),
    path("plan/<int:year>/adjust/", views.plan_adjust, name="plan_adjust"),
    path("plan/<int:year>/months/", views.plan_months, name="plan_months"),
    path("plan/<int:year>/result/", views.plan_result, name="plan_result"),
    path("plan/<int:year>/versions/<int:number>/", views.plan_version, name="plan_version"),
    path("plan/<int:year>/plan.<slug:kind>", views.plan_file, name="plan_file"),
    path("plan/<int:year>/balance/", views_balance.workbench, name="plan_balance"),
    path("plan/<int:year>/balance/try/", views_balance.try_out, name="plan_balance_try"),
    path("plan/<int:year>/balance/solve/", views_balance.solve, name="plan_balance_solve"),
    path("plan/<int:year>/balance/limits/", views_balance.limits, name="plan_limits"),
    path("plan/<int:year>/propose/", views_proposal.propose, name="plan_propose"),
    path("plan/<int:year>/continuing/", views_proposal.continuing, name="plan_continuing"),
    path("plan/<int:year>/import/", views_import.upload, name="plan_upload"),
    path("plan/imports/<int:pk>/", views_import.preview, name="plan_import"),
    path("plan/proposals/<int:pk>/", views_proposal.detail, name="plan_proposal"),
    path("plan/proposals/<int:pk>/edit/", views_proposal.edit, name="plan_proposal_edit"),
    path("plan/proposals/<int:pk>/act/<slug:verb>/", views_proposal.act, name="plan_proposal_act"),
    path("plan/proposals/<int:pk>/elements/<slug:element>/", views_proposal.tick, name="plan_tick"),
    path("plan/<int:year>/public/", views_public.public_list, name="plan_public"),
    path("plan/<int:year>/public/layers.json", views_public.public_layers, name="plan_public_layers"),
]
