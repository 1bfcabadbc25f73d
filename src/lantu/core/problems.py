"""RFC 9457 problem+json for every error of the API."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from lantu.core.refusals import Refused

TITLES = {
    400: gettext_lazy("请求有误"),
    401: gettext_lazy("需要登录"),
    403: gettext_lazy("无权操作"),
    404: gettext_lazy("没有找到"),
    409: gettext_lazy("规则不允许"),
    413: gettext_lazy("内容过大"),
    422: gettext_lazy("内容无法接受"),
    429: gettext_lazy("请求过于频繁"),
}


def problem(status: int, *, code: str, detail: str, remedy: str = "", **more: Any) -> HttpResponse:
    """One problem document. ``code`` is stable for programs; ``detail`` and ``remedy`` are for people."""
    body = {
        "type": f"urn:lantu:{code}",
        "title": str(TITLES.get(status, _("出错了"))),
        "status": status,
        "detail": detail,
    }
    if remedy:
        body["remedy"] = remedy
    body.update(more)
    return JsonResponse(
        body,
        status=status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )


def install(api: NinjaAPI) -> None:
    """Teach the API to answer every refusal and every bad request as a problem document."""

    @api.exception_handler(Refused)
    def refused(request: HttpRequest, error: Refused) -> HttpResponse:
        more = dict(error.more)
        if error.field:
            more["errors"] = [{"field": error.field, "detail": error.detail}]
        return problem(error.status, code=error.code, detail=error.detail, remedy=error.remedy, **more)

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        errors = [
            {"field": ".".join(str(part) for part in item["loc"]), "detail": item["msg"]}
            for item in error.errors
        ]
        return problem(
            422,
            code="api.invalid",
            detail=_("请求内容不符合接口说明。"),
            remedy=_("逐项见 errors；接口说明见 /api/v1/docs。"),
            errors=errors,
        )

    @api.exception_handler(AuthenticationError)
    def unauthenticated(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        response = problem(
            401,
            code="api.unauthenticated",
            detail=_("没有登录或令牌无效。"),
            remedy=_("在 Authorization 头里带上 Bearer 令牌。"),
        )
        response["WWW-Authenticate"] = "Bearer"
        return response

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, error: Http404) -> HttpResponse:
        return problem(404, code="api.not_found", detail=_("没有这个对象，或您无权查看。"))

    @api.exception_handler(HttpError)
    def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
        return problem(error.status_code, code="api.bad_request", detail=str(error))
