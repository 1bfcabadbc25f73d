"""Doors of this applet, mounted by lantu.lifecycle.urls."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
