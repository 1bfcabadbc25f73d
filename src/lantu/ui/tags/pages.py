"""Page links that keep the rest of the query string."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, QueryDict

# These turn pages and order rows; they leave none out.
NOT_NARROWING = frozenset({"page", "cursor", "order"})


def page_links(request: HttpRequest, page: Any, parameter: str = "page") -> dict[str, Any]:
    """Context of ui/_pager.html for a Django ``Page``: neighbours of the current page, first and last."""

    def address(number: int | str) -> str:
        query = request.GET.copy()
        query[parameter] = str(number)
        return f"?{query.urlencode()}"

    paginator = page.paginator
    numbers = [
        {"number": n, "url": None if n == paginator.ELLIPSIS else address(n), "current": n == page.number}
        for n in paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    ]
    return {
        "page": page,
        "numbers": numbers if paginator.num_pages > 1 else [],
        "previous_url": address(page.previous_page_number()) if page.has_previous() else None,
        "next_url": address(page.next_page_number()) if page.has_next() else None,
    }


def cursor_link(request: HttpRequest, cursor: str | None, parameter: str = "cursor") -> str | None:
    """Address of the next page of a cursor list, or None at the end."""
    if not cursor:
        return None
    query = request.GET.copy()
    query[parameter] = cursor
    return f"?{query.urlencode()}"


def is_narrowed(query: QueryDict) -> bool:
    """Whether a list's address asks for less than everything: some filter, set or search has a value."""
    return any(value.strip() for name in query if name not in NOT_NARROWING for value in query.getlist(name))
