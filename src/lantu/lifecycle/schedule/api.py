"""This applet over HTTP."""

from ninja import Router

router = Router(tags=["进度计划"])
