"""The look of the house: templates, template tags, static files. Knows no business noun."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "lantu.ui"
    label = "ui"
