"""This applet over HTTP."""

from ninja import Router

router = Router(tags=["清单与月度考核"])
