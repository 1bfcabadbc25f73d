"""One's own account: language, deputy, sessions, tokens."""

from __future__ import annotations

from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lantu.accounts.forms import AwayForm, LanguageForm, TokenForm
from lantu.accounts.models import User
from lantu.accounts.selectors import colleagues, grants_in_force
from lantu.accounts.services.away import come_back, go_away
from lantu.accounts.services.sessions import end_session, keep_session, sessions_of
from lantu.accounts.services.tokens import issue_token, revoke_token, tokens_of


def _me(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]


@require_GET
def profile(request: HttpRequest) -> HttpResponse:
    """The person's own settings."""
    return _page(request)


def _page(
    request: HttpRequest, *, away_form: AwayForm | None = None, token: str = "", status: int = 200
) -> HttpResponse:
    me, now = _me(request), timezone.now()
    key = request.session.session_key
    sessions = sessions_of(me, now=now)
    if key and all(row.session_key != key for row in sessions):
        # A changed password gives the session a new key.
        keep_session(
            me,
            session_key=key,
            address=request.META.get("REMOTE_ADDR", ""),
            device=request.META.get("HTTP_USER_AGENT", ""),
            now=now,
        )
        sessions = sessions_of(me, now=now)
    context: dict[str, Any] = {
        "person": me,
        "grants": grants_in_force(me, now),
        "away": me.away_until is not None and me.away_until > now,
        "away_form": away_form or AwayForm(people=colleagues(me), initial={"deputy": me.deputy_id}),
        "sessions": sessions,
        "session_key": key,
        "session_limit": settings.MAX_SESSIONS_PER_USER,
        "tokens": tokens_of(me, now=now),
        "token_form": TokenForm(),
        "new_token": token,
        "mfa_on": is_mfa_enabled(me),
        "languages": settings.LANGUAGES,
    }
    return render(request, "accounts/profile.html", context, status=status)


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Remember the language for this person and this browser."""
    form = LanguageForm(request.POST)
    response = redirect("accounts:profile")
    if form.is_valid():
        chosen = form.cleaned_data["language"]
        User.objects.filter(pk=_me(request).pk).update(language=chosen)
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=365 * 86400, samesite="Lax")
    return response


@require_POST
def away(request: HttpRequest) -> HttpResponse:
    me = _me(request)
    form = AwayForm(request.POST, people=colleagues(me))
    if not form.is_valid():
        return _page(request, away_form=form, status=422)
    deputy, until = form.cleaned_data["deputy"], form.cleaned_data["until"]
    go_away(me, deputy=deputy, until=until, now=timezone.now(), actor=me)
    messages.success(request, _("已登记外出，您的待办将转给 %(name)s。") % {"name": deputy})
    return redirect("accounts:profile")


@require_POST
def back(request: HttpRequest) -> HttpResponse:
    me = _me(request)
    come_back(me, now=timezone.now(), actor=me)
    messages.success(request, _("已结束外出。代理人承接的事项不会自动退回，请与其当面交接。"))
    return redirect("accounts:profile")


@require_POST
def session_end(request: HttpRequest, pk: int) -> HttpResponse:
    me = _me(request)
    end_session(me, sign_in_id=pk, now=timezone.now(), actor=me)
    messages.success(request, _("该会话已结束。"))
    return redirect("accounts:profile")


@require_POST
def token_new(request: HttpRequest) -> HttpResponse:
    """The token is shown once, on this very answer."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return redirect("accounts:profile")
    token = issue_token(_me(request), now=timezone.now(), name=form.cleaned_data["name"])
    return _page(request, token=token)


@require_POST
def token_end(request: HttpRequest, pk: int) -> HttpResponse:
    revoke_token(_me(request), token_id=pk, now=timezone.now())
    messages.success(request, _("令牌已撤销。"))
    return redirect("accounts:profile")
