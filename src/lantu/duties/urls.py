from django.urls import path

from lantu.duties import views

app_name = "duties"
urlpatterns = [
    path("", views.work, name="work"),
    path("count/", views.count, name="count"),
    path("notices/", views.notices, name="notices"),
    path("notices/seen/", views.notices_seen, name="notices_seen"),
    path("list/", views.duty_list, name="list"),
    path("project/<str:code>/bill/", views.project_bill, name="project_bill"),
    path("<int:pk>/", views.duty, name="duty"),
    path("<int:pk>/hand-over/", views.duty_hand_over, name="hand_over"),
    path("<int:pk>/bounce/", views.duty_bounce, name="bounce"),
    path("<int:pk>/arbitrate/", views.duty_arbitrate, name="arbitrate"),
    path("<int:pk>/ask-stop/", views.duty_ask_stop, name="ask_stop"),
    path("<int:pk>/decide-stop/", views.duty_decide_stop, name="decide_stop"),
    path("<int:pk>/resume/", views.duty_resume, name="resume"),
    path("<int:pk>/ask-extension/", views.duty_ask_extension, name="ask_extension"),
    path("<int:pk>/decide-extension/", views.duty_decide_extension, name="decide_extension"),
    path("<int:pk>/urge/", views.duty_urge, name="urge"),
]
