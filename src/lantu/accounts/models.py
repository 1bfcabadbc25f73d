"""Organisations, people, and what a person may do where."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin, UserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lantu.accounts.roles import Reach, Role


class Organisation(models.Model):
    """A unit that can hold people and responsibilities."""

    class Kind(models.TextChoices):
        BUREAU = "bureau", _("重点工程管理局")
        DEPARTMENT = "department", _("市直部门")
        COUNTY = "county", _("县市区（功能区）")
        OWNER = "owner", _("建设单位")
        CONTRACTOR = "contractor", _("施工单位")
        SUPERVISOR = "supervisor", _("监理单位")
        DESIGNER = "designer", _("设计单位")
        INSTITUTION = "institution", _("专业机构")

    name = models.CharField(_("单位名称"), max_length=120, unique=True)
    short_name = models.CharField(_("简称"), max_length=40, blank=True, default="")
    kind = models.CharField(_("单位类别"), max_length=16, choices=Kind.choices)
    uscc = models.CharField(_("统一社会信用代码"), max_length=18, blank=True, default="")
    # GB 32100 pilot codes exist whose check digit fails: the code is kept, and the doubt with it.
    uscc_doubt = models.CharField(max_length=120, blank=True, default="")
    area_code = models.CharField(_("行政区划"), max_length=6, blank=True, default="")
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    head = models.ForeignKey(
        "accounts.User",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("负责人"),
    )
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["uscc"], condition=~Q(uscc=""), name="organisation_one_per_uscc")
        ]
        ordering = ["kind", "name"]
        verbose_name = _("单位")

    def __str__(self) -> str:
        return self.short_name or self.name


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Never deleted: a person who leaves is deactivated and their duties are handed over."""

    username = models.CharField(_("用户名"), max_length=60, unique=True)
    display_name = models.CharField(_("姓名"), max_length=40)
    email = models.EmailField(_("邮箱"), blank=True, default="")
    phone = models.CharField(_("手机"), max_length=20, blank=True, default="")
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="people",
        verbose_name=_("单位"),
    )
    title = models.CharField(_("职务"), max_length=60, blank=True, default="")
    deputy = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("代理人")
    )
    away_until = models.DateTimeField(_("外出至"), null=True, blank=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(_("在岗"), default=True)
    is_demo = models.BooleanField(default=False)
    date_joined = models.DateTimeField(auto_now_add=True)
    language = models.CharField(max_length=10, default="zh-hans")
    # A password that an administrator chose is good for one sign-in only.
    must_change_password = models.BooleanField(default=False)

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["username"]
        verbose_name = _("人员")

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_full_name(self) -> str:
        return self.display_name

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """The house's own roles answer Django's question; ``obj`` is a project. An unknown permission is refused."""
        from lantu.accounts.permissions import is_defined, may

        return is_defined(perm) and may(self, perm, obj)

    @property
    def phone_masked(self) -> str:
        """Personal data is shown in full to nobody by default."""
        return f"{self.phone[:3]}****{self.phone[-4:]}" if len(self.phone) >= 7 else ""


class Grant(models.Model):
    """A role with a reach. Reading starts from here: no grant, no sight."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(_("角色"), max_length=16, choices=Role.choices)
    reach = models.CharField(_("范围"), max_length=14, choices=Reach.choices)
    county_code = models.CharField(_("县市区"), max_length=6, blank=True, default="")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, null=True, blank=True)
    # Not a foreign key: projects stand one floor higher.
    project_id = models.BigIntegerField(null=True, blank=True)
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    granted_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="grant_reach_is_complete",
                condition=(
                    Q(reach="city", county_code="", organisation=None, project_id=None)
                    | (Q(reach="county", organisation=None, project_id=None) & ~Q(county_code=""))
                    | Q(reach="organisation", county_code="", organisation__isnull=False, project_id=None)
                    | Q(reach="project", county_code="", organisation=None, project_id__isnull=False)
                ),
            )
        ]
        indexes = [models.Index(fields=["user", "role"], name="grant_by_user")]
        verbose_name = _("授权")

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.reach}"


class GrantRequest(models.Model):
    """A right on its way in: the system administrator proposes, the security administrator confirms."""

    class State(models.TextChoices):
        PENDING = "pending", _("待确认")
        CONFIRMED = "confirmed", _("已确认")
        REFUSED = "refused", _("已驳回")

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="grant_requests", verbose_name=_("人员")
    )
    role = models.CharField(_("角色"), max_length=16, choices=Role.choices)
    reach = models.CharField(_("范围"), max_length=14, choices=Reach.choices)
    county_code = models.CharField(_("县市区"), max_length=6, blank=True, default="")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, null=True, blank=True)
    project_id = models.BigIntegerField(null=True, blank=True)
    ends_at = models.DateTimeField(_("有效期至"), null=True, blank=True)
    why = models.CharField(_("授权理由"), max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=200, blank=True, default="")
    grant = models.OneToOneField(
        Grant, on_delete=models.SET_NULL, null=True, blank=True, related_name="request"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="grant_request_decided_by_another",
                condition=Q(decided_by=None) | ~Q(decided_by=models.F("proposed_by")),
            ),
            models.CheckConstraint(
                name="grant_request_not_for_oneself",
                condition=~Q(user=models.F("proposed_by"))
                & (Q(decided_by=None) | ~Q(decided_by=models.F("user"))),
            ),
            models.CheckConstraint(
                name="grant_request_decision_is_complete",
                condition=Q(state="pending", decided_by=None, decided_at=None)
                | (~Q(state="pending") & Q(decided_by__isnull=False, decided_at__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["state", "-proposed_at"], name="grant_request_by_state")]
        ordering = ["-proposed_at", "-id"]
        verbose_name = _("授权申请")

    def __str__(self) -> str:
        return f"{self.user} {self.role} {self.state}"


class SignIn(models.Model):
    """One browser session of a person: from where, since when. Ended when the session is."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_ins")
    session_key = models.CharField(max_length=40, unique=True)
    started_at = models.DateTimeField()
    address = models.CharField(max_length=45, blank=True, default="")
    device = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["user", "-started_at"], name="sign_in_by_user")]
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.started_at:%Y-%m-%d %H:%M}"


class ApiToken(models.Model):
    """A bearer token for scripts. Only its hash is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=60, default="")
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.user} {self.name}"
