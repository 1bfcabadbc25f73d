"""Codes of organisations, projects and places.

Sources: GB 32100-2015 (unified social credit code, check digit of §5 by modulus 31), GB 11714-1997
(organisation code, modulus 11), GB/T 40058-2021 (project code: format only, its check digit is not
verified here), GB/T 2260 (administrative divisions).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_USCC_DIGITS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORG_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_PROJECT_CODE = re.compile(r"(\d{4})-(\d{6})-(\d{2})-(\d{2})-(\d{6})")


class UsccFinding(StrEnum):
    """What is wrong with a credit code. Only the check digit is forgiven: real early codes break it."""

    LENGTH = "length"
    CHARACTER = "character"
    CHECK_DIGIT = "check_digit"
    ORGANISATION_DIGIT = "organisation_digit"


def uscc_check_digit(first17: str) -> str:
    """The 18th character: ``(31 - sum(value_i * 3^(i-1) mod 31)) mod 31`` (GB 32100-2015).

    Raises ``ValueError`` for another length or a character outside the alphabet (no I O S V Z).
    """
    if len(first17) != 17:
        raise ValueError("a credit code has 17 characters before its check digit")
    try:
        values = [_USCC_DIGITS.index(character) for character in first17]
    except ValueError as error:
        raise ValueError("a credit code has no I, O, S, V, Z or lower-case letters") from error
    total = sum(value * weight for value, weight in zip(values, _USCC_WEIGHTS, strict=True))
    return _USCC_DIGITS[(31 - total % 31) % 31]


def organisation_check_digit(first8: str) -> str:
    """The ninth character of an organisation code: 11 minus the weighted sum mod 11 (GB 11714)."""
    if len(first8) != 8 or any(character not in _ORG_DIGITS for character in first8):
        raise ValueError("an organisation code has eight digits or capital letters before its check digit")
    total = sum(_ORG_DIGITS.index(c) * w for c, w in zip(first8, _ORG_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def uscc_findings(code: str) -> list[UsccFinding]:
    """What is wrong with a unified social credit code; empty if nothing is.

    ``CHECK_DIGIT`` and ``ORGANISATION_DIGIT`` are warnings: some codes issued early do not hold.
    """
    if len(code) != 18:
        return [UsccFinding.LENGTH]
    if any(character not in _USCC_DIGITS for character in code):
        return [UsccFinding.CHARACTER]
    findings = []
    if uscc_check_digit(code[:17]) != code[17]:
        findings.append(UsccFinding.CHECK_DIGIT)
    if organisation_check_digit(code[8:16]) != code[16]:
        findings.append(UsccFinding.ORGANISATION_DIGIT)
    return findings


def make_uscc(prefix: str, serial: str) -> str:
    """Complete a code from its first eight characters and eight of the organisation code.

    For demonstration data: both check digits are computed.
    """
    first17 = prefix + serial + organisation_check_digit(serial)
    return first17 + uscc_check_digit(first17)


class CodeScheme(StrEnum):
    """Which edition a project code was issued under."""

    GBT_40058 = "gbt_40058"  # YYMM first
    BEFORE_2020 = "before_2020"  # the full year first


@dataclass(frozen=True)
class ProjectCode:
    """The parts of a project code, e.g. ``2603-371402-04-01-123456``."""

    text: str
    scheme: CodeScheme
    year: int
    month: int | None
    area: str
    department: str
    kind: str
    serial: str

    @property
    def city(self) -> str:
        """The four digits of the city, ``3714`` for Dezhou."""
        return self.area[:4]


def parse_project_code(text: str) -> ProjectCode:
    """Take a code apart: ``YYMM-RRRRRR-DD-TT-NNNNNN`` or, before November 2020, ``YYYY-…``.

    The two forms have the same length; a first group that ends in 01 to 12 is a month of the new
    scheme, 2015 to 2020 is a year of the old one (a first group such as 2012 reads as December
    2020, when the new scheme had just begun). The check digit of GB/T 40058 is not verified.

    Raises ``ValueError`` saying which part does not fit.
    """
    match = _PROJECT_CODE.fullmatch(text)
    if match is None:
        raise ValueError("a project code reads YYMM-RRRRRR-DD-TT-NNNNNN, digits and hyphens only")
    time, area, department, kind, serial = match.groups()
    month = int(time[2:])
    if 1 <= month <= 12:
        scheme, year = CodeScheme.GBT_40058, 2000 + int(time[:2])
        return ProjectCode(text, scheme, year, month, area, department, kind, serial)
    if 2015 <= int(time) <= 2020:
        return ProjectCode(text, CodeScheme.BEFORE_2020, int(time), None, area, department, kind, serial)
    raise ValueError(f"{time} is neither year and month (YYMM) nor a year from 2015 to 2020")


def area_level(code: str) -> str:
    """``province``, ``city`` or ``county`` of a six-digit GB/T 2260 code. Raises ``ValueError``."""
    if not re.fullmatch(r"[1-8]\d{5}", code):
        raise ValueError("an administrative division has six digits, e.g. 371402")
    if code.endswith("0000"):
        return "province"
    return "city" if code.endswith("00") else "county"
