"""Doors of templates made of finished projects."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
