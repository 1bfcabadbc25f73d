"""This applet over HTTP."""

from ninja import Router

router = Router(tags=["月报与一页通"])
