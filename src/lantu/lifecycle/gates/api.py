"""This applet over HTTP."""

from ninja import Router

router = Router(tags=["阶段关口"])
