"""Figures on screen: a number that says what it is, as of when, and opens its rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lantu.core.figures import Figure, read_figure
from lantu.ui.tags.clock import local_text
from lantu.ui.tags.numbers import money, number


@dataclass(frozen=True)
class ShownFigure:
    """A figure for templates: all its fields, its text and title, and itself as a link when printed."""

    figure: Figure

    def __getattr__(self, name: str) -> Any:
        return getattr(self.figure, name)

    @property
    def text(self) -> str:
        """The value for people, money in 万元 or 亿元; ``—`` where it cannot be stated."""
        if self._is_money:
            return str(money(self.figure.value))
        return number(self.figure.value)

    @property
    def unit(self) -> Any:
        """Empty where the text says it already."""
        return "" if self._is_money else self.figure.unit

    @property
    def _is_money(self) -> bool:
        return self.figure.name.endswith("_yuan") and self.figure.value is not None

    @property
    def title(self) -> str:
        """Definition, fraction, note and as-of time in one line."""
        parts = [str(self.figure.definition)]
        if self.figure.numerator is not None and self.figure.denominator is not None:
            parts.append(f"{number(self.figure.numerator)} / {number(self.figure.denominator)}")
        if self.figure.note:
            parts.append(str(self.figure.note))
        parts.append(_("截至 %(time)s") % {"time": local_text(self.figure.as_of)})
        return " · ".join(part for part in parts if part)

    def __html__(self) -> SafeString:
        return format_html(
            '<a class="lt-fig" href="{}" title="{}"><span class="lt-num">{}</span><span class="lt-unit">{}</span></a>',
            self.figure.rows,
            self.title,
            self.text,
            self.unit,
        )

    def __str__(self) -> str:
        return self.__html__()


def shown_figure(name: str, reader: Any, now: datetime) -> ShownFigure:
    """Compute figure ``name`` for ``reader``. Raises core's Missing for an unknown name."""
    return ShownFigure(read_figure(name, reader, now=now))
