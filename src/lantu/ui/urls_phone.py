"""Mounted at the root by the site: a service worker serves only what lies below its own address."""

from django.urls import path

from lantu.ui import views_phone

app_name = "phone"
urlpatterns = [
    path("sw.js", views_phone.service_worker, name="worker"),
    path("manifest.webmanifest", views_phone.manifest, name="manifest"),
    path("phone/", views_phone.shell, name="shell"),
    path("phone/session.json", views_phone.session, name="session"),
    path("phone/pages.json", views_phone.pages, name="pages"),
]
