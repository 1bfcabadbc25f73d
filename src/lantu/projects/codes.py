"""Project codes as people write them."""

from __future__ import annotations

import re
import unicodedata

from lantu.calc.identifiers import CodeScheme, parse_project_code

_DASHES = re.compile(r"[‐-―−－—–]")


def tidy_code(text: str) -> str:
    """Full-width digits, odd dashes and spaces out: what remains is compared and stored."""
    plain = unicodedata.normalize("NFKC", str(text)).strip()
    return re.sub(r"\s+", "", _DASHES.sub("-", plain))


def scheme_of(code: str) -> str:
    """``new`` (GB/T 40058) or ``old``. Raises ValueError when the format does not fit (check digit not judged)."""
    return "old" if parse_project_code(code).scheme == CodeScheme.BEFORE_2020 else "new"
