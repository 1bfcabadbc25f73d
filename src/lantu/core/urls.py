from django.urls import path

from lantu.core import views

app_name = "core"
urlpatterns = [
    path("evidence/<int:pk>/", views.evidence, name="evidence"),
    path("evidence/<int:pk>/thumbnail", views.evidence_thumbnail, name="evidence_thumbnail"),
    path("evidence/<int:pk>/original", views.evidence_original, name="evidence_original"),
]
