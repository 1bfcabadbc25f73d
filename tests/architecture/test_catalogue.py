"""Chinese first, English complete: the catalogue has no gap, nothing fuzzy, nothing left over."""

from __future__ import annotations

from pathlib import Path

import polib
import pytest
from tools import catalogue


def test_english_catalogue_is_complete() -> None:
    assert catalogue.check() == []


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A source tree with one app that speaks in Python and in a template."""
    app = tmp_path / "lantu" / "demo"
    (app / "templates" / "demo").mkdir(parents=True)
    (app / "views.py").write_text(
        'from x import gettext as _, ngettext\na = _("在建" "项目")\nb = ngettext("%(n)s 项", "%(n)s 项", 2)\n',
        encoding="utf-8",
    )
    (app / "templates" / "demo" / "page.html").write_text(
        "<div>\n    {% load i18n %}\n  {% if a %}\n      {% translate '预警' %}{% endif %}\n"
        "{% blocktranslate with n=x %}剩 {{ n }} 天{% endblocktranslate %}\n</div>\n",
        encoding="utf-8",
    )
    return tmp_path / "lantu"


def test_strings_come_from_python_and_templates(small: Path) -> None:
    found = catalogue.strings_of("demo", small)
    assert {key[1] for key in found} == {"在建项目", "%(n)s 项", "预警", "剩 %(n)s 天"}
    assert found[("", "%(n)s 项")].plural == "%(n)s 项"


def test_sync_adds_missing_and_drops_unused(small: Path) -> None:
    assert catalogue.sync("demo", small) == (4, 0)
    path = catalogue.catalogue_path("demo", small)
    book = polib.pofile(str(path))
    book.append(polib.POEntry(msgid="没人用", msgstr="unused"))
    book.save()
    assert catalogue.sync("demo", small) == (0, 1)
    assert any("no English for '预警'" in line for line in catalogue.check(small))


def test_check_passes_when_all_is_filled_and_sees_wrong_places(small: Path) -> None:
    catalogue.sync("demo", small)
    path = catalogue.catalogue_path("demo", small)
    book = polib.pofile(str(path))
    english = {"在建项目": "Projects under way", "预警": "Warning", "剩 %(n)s 天": "%(n)s days left"}
    for entry in book:
        if entry.msgid_plural:
            entry.msgstr_plural = {0: "one item", 1: "%(n)s items"}
        else:
            entry.msgstr = english[entry.msgid]
    book.save()
    assert catalogue.check(small) == []
    book.find("剩 %(n)s 天").msgstr = "%(days)s days left"
    book.save()
    assert ["different places" in line for line in catalogue.check(small)] == [True]
    assert catalogue.compile_all(small) == 1
    assert path.with_suffix(".mo").is_file()


def test_a_counted_string_needs_counted_english(small: Path) -> None:
    """gettext does not find the singular entry of another app for a counted string."""
    other = small / "other"
    other.mkdir()
    (other / "views.py").write_text('from x import gettext as _\na = _("%(n)s 项")\n', encoding="utf-8")
    assert catalogue.sync("other", small)[0] == 1
    path = catalogue.catalogue_path("other", small)
    book = polib.pofile(str(path))
    book.find("%(n)s 项").msgstr = "%(n)s items"
    book.save()
    assert any("is counted" in line for line in catalogue.check(small))
    assert catalogue.sync("demo", small) == (4, 0)
