"""The API root: every app's router under /api/v1/."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from django.conf import settings
from ninja import NinjaAPI

from lantu.accounts.api_auth import reader_auth
from lantu.core import problems

api = NinjaAPI(
    title="Lantu 蓝图",
    version="1.0.0",
    description="重点工程全过程平台接口。时间均为 ISO 8601；金额单位为元；坐标为 CGCS2000 经纬度；错误为 RFC 9457。",
    auth=reader_auth,
    docs_url="/docs",
    openapi_url="/openapi.json",
    urls_namespace="api",
)
problems.install(api)

for name in (
    "core",
    "accounts",
    "projects",
    "duties",
    "gis",
    "lifecycle",
    "monitoring",
    "hazards",
    "cockpit",
):
    dotted = f"lantu.{name}.api"
    if f"lantu.{name}.apps" in " ".join(settings.INSTALLED_APPS) and find_spec(dotted) is not None:
        api.add_router("", import_module(dotted).router)
