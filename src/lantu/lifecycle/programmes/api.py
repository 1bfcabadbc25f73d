"""This applet over HTTP."""

from ninja import Router

router = Router(tags=["行动计划与模板"])
