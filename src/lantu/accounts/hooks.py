"""What accounts offer to the house."""

from django.utils.translation import gettext_lazy as _

from lantu.core.registry import NavItem, navigation

navigation.add(
    NavItem(
        key="people", label=_("人员"), url_name="accounts:people", icon="users", order=80,
        permission="accounts.administer",
    )
)  # fmt: skip
navigation.add(
    NavItem(
        key="organisations", label=_("单位"), url_name="accounts:organisations", icon="building-community", order=81,
        permission="accounts.administer",
    )
)  # fmt: skip
navigation.add(
    NavItem(
        key="grant_requests", label=_("授权确认"), url_name="accounts:requests", icon="user-check", order=82,
        permission="accounts.confirm",
    )
)  # fmt: skip
navigation.add(
    NavItem(
        key="log", label=_("操作日志"), url_name="accounts:log", icon="history", order=90,
        permission="accounts.read_log",
    )
)  # fmt: skip
