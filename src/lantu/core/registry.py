"""How a lower floor offers places to higher ones: a closed list of typed stores."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar


class Keyed(Protocol):
    @property
    def key(self) -> str: ...

    @property
    def order(self) -> int: ...


@dataclass(frozen=True, kw_only=True)
class NavItem:
    """An entry of the main navigation. ``permission`` hides it from people who may not go there.

    Who has one of ``thumb_permissions`` finds the entry right after the first in the bar of a phone, leading to
    ``thumb_url_name``: what people on site open ten times a day must not lie under “more”.
    """

    key: str
    label: Any
    url_name: str
    icon: str
    order: int
    permission: str | None = None
    thumb_permissions: tuple[str, ...] = ()
    thumb_url_name: str = ""


@dataclass(frozen=True, kw_only=True)
class ProjectTab:
    """A tab of the project page; ``url_name`` is reversed with the project code."""

    key: str
    label: Any
    url_name: str
    icon: str
    order: int
    permission: str | None = None


@dataclass(frozen=True, kw_only=True)
class MapLayer:
    """A layer of the city map; ``url_name`` returns GeoJSON that the reader may see.

    style: project | county | device | hazard | risk | line; kind: points | polygons | line | fill.
    """

    key: str
    label: Any
    url_name: str
    order: int
    kind: str
    style: str
    visible: bool = True
    permission: str | None = None


@dataclass(frozen=True, kw_only=True)
class SearchSource:
    """Answers the one search box: ``find(reader, words, limit)`` → rows of (title, hint, url)."""

    key: str
    label: Any
    find: Callable[[Any, str, int], list[tuple[str, str, str]]]
    order: int


@dataclass(frozen=True, kw_only=True)
class ProjectFact:
    """A line that another floor adds to the project page: ``read(project, reader, now)`` → (label, text, url)."""

    key: str
    read: Callable[[Any, Any, Any], list[tuple[Any, Any, str]]]
    order: int


@dataclass(frozen=True, kw_only=True)
class PublicPage:
    """A page that anybody may read without an account. ``address(now)`` is None while there is nothing to read."""

    key: str
    label: Any
    icon: str
    address: Callable[[datetime], str | None]
    order: int


ItemT = TypeVar("ItemT", bound=Keyed)


class Store(Generic[ItemT]):
    """Entries by key, read in order. Adding the same key twice with another entry is a mistake."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._items: dict[str, ItemT] = {}

    def add(self, item: ItemT) -> None:
        if item.key in self._items and self._items[item.key] != item:
            raise ValueError(f"{self.name}: {item.key} is registered twice")
        self._items[item.key] = item

    def __iter__(self) -> Iterator[ItemT]:
        return iter(sorted(self._items.values(), key=lambda item: (item.order, item.key)))

    def __getitem__(self, key: str) -> ItemT:
        return self._items[key]

    def __len__(self) -> int:
        return len(self._items)


navigation: Store[NavItem] = Store("navigation")
project_tabs: Store[ProjectTab] = Store("project_tabs")
map_layers: Store[MapLayer] = Store("map_layers")
search_sources: Store[SearchSource] = Store("search_sources")
project_facts: Store[ProjectFact] = Store("project_facts")
public_pages: Store[PublicPage] = Store("public_pages")
