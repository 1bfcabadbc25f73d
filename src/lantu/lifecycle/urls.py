"""Mounted at /lifecycle/ by the site."""

from lantu.lifecycle.annual_plan.urls import urlpatterns as annual_plan_doors
from lantu.lifecycle.checklists.urls import urlpatterns as checklists_doors
from lantu.lifecycle.gates.urls import urlpatterns as gates_doors
from lantu.lifecycle.programmes.urls import urlpatterns as programmes_doors
from lantu.lifecycle.reports.urls import urlpatterns as reports_doors
from lantu.lifecycle.schedule.exchange.urls import urlpatterns as exchange_doors
from lantu.lifecycle.schedule.urls import urlpatterns as schedule_doors

app_name = "lifecycle"
urlpatterns = [
    *annual_plan_doors,
    *checklists_doors,
    *gates_doors,
    *programmes_doors,
    *reports_doors,
    *exchange_doors,
    *schedule_doors,
]
