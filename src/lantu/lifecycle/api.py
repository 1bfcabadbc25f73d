"""The lifecycle over HTTP: each applet brings its own operations."""

from ninja import Router

from lantu.lifecycle.annual_plan.api import router as annual_plan_router
from lantu.lifecycle.checklists.api import router as checklists_router
from lantu.lifecycle.gates.api import router as gates_router
from lantu.lifecycle.programmes.api import router as programmes_router
from lantu.lifecycle.reports.api import router as reports_router
from lantu.lifecycle.schedule.api import router as schedule_router
from lantu.lifecycle.schedule.exchange.api import router as exchange_router

router = Router()
router.add_router("", annual_plan_router)
router.add_router("", checklists_router)
router.add_router("", gates_router)
router.add_router("", programmes_router)
router.add_router("", reports_router)
router.add_router("", exchange_router)
router.add_router("", schedule_router)
