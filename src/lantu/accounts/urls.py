from django.urls import path, re_path

from lantu.accounts.views import closed, log, organisations, people, profile, requests

app_name = "accounts"
urlpatterns = [
    path("profile/", profile.profile, name="profile"),
    path("profile/language/", profile.language, name="language"),
    path("profile/away/", profile.away, name="away"),
    path("profile/back/", profile.back, name="back"),
    path("profile/sessions/<int:pk>/end/", profile.session_end, name="session_end"),
    path("profile/tokens/", profile.token_new, name="token_new"),
    path("profile/tokens/<int:pk>/end/", profile.token_end, name="token_end"),
    path("people/", people.people, name="people"),
    path("people/new/", people.person_new, name="person_new"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/change/", people.person_change, name="person_change"),
    path("people/<int:pk>/leave/", people.person_leave, name="person_leave"),
    path("people/<int:pk>/return/", people.person_return, name="person_return"),
    path("people/<int:pk>/password/", people.person_password, name="person_password"),
    path("people/<int:pk>/grants/", people.grant_propose, name="grant_propose"),
    path("grants/<int:pk>/revoke/", people.grant_revoke, name="grant_revoke"),
    path("organisations/", organisations.organisations, name="organisations"),
    path("organisations/new/", organisations.organisation_new, name="organisation_new"),
    path("organisations/<int:pk>/", organisations.organisation, name="organisation"),
    path("requests/", requests.grant_requests, name="requests"),
    path("requests/<int:pk>/confirm/", requests.grant_confirm, name="grant_confirm"),
    path("requests/<int:pk>/refuse/", requests.grant_refuse, name="grant_refuse"),
    path("log/", log.log, name="log"),
    path("log/verify/", log.log_verify, name="log_verify"),
    path("log/roots/", log.log_roots, name="log_roots"),
    # Doors of the sign-in library that stand closed; these come first and so answer before its own.
    path("signup/", closed.closed, name="closed"),
    re_path(
        r"^(?:email|confirm-email|login/code|password/set|password/reset|3rdparty|social)(?:/.*)?$",
        closed.closed,
    ),
]
