"""`lantu manage first_administrators`: the two accounts from which all others come."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone, translation

from lantu.accounts.models import Organisation
from lantu.accounts.services.founders import found_house
from lantu.core.refusals import Refused


class Command(BaseCommand):
    help = "设立系统管理员和安全保密员，口令只显示一次 / make the system and the security administrator of a new city; passwords are shown once"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--sysadmin", default="sysadmin", help="系统管理员用户名 / user name of the system administrator"
        )
        parser.add_argument(
            "--secadmin",
            default="secadmin",
            help="安全保密员用户名 / user name of the security administrator",
        )
        parser.add_argument(
            "--unit",
            default="",
            help="所在单位全称，缺省为主管局 / full name of their unit; the bureau by default",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        unit = self._unit(options["unit"])
        with translation.override("zh-hans"):
            try:
                founders = found_house(
                    sysadmin=options["sysadmin"], secadmin=options["secadmin"], unit=unit, now=timezone.now()
                )
            except Refused as refusal:
                raise CommandError(f"{refusal.detail} {refusal.remedy}".strip()) from refusal
        self.stdout.write(f"{unit.name}")
        for founder in founders:
            self.stdout.write(f"  {founder.person.username}  {founder.password}  {founder.role.label}")
        self.stdout.write(
            "口令只显示这一次，首次登录须更换。 / Shown only now; to be changed at the first sign-in.\n"
            "系统管理员在“人员”中添加账号并申请授权，安全保密员在“授权申请”中确认。 / "
            "The one adds people and proposes their rights, the other confirms them."
        )

    def _unit(self, name: str) -> Organisation:
        if name:
            found = Organisation.objects.filter(name=name).first()
            if found is None:
                raise CommandError(f"没有名为“{name}”的单位 / no such unit")
            return found
        bureau = Organisation.objects.filter(kind=Organisation.Kind.BUREAU).order_by("pk").first()
        if bureau is None:
            raise CommandError(
                "还没有单位：请先运行 lantu up 或 lantu manage load_city / no units yet: run `lantu up` first"
            )
        return bureau
