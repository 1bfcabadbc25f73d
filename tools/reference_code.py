"""What tools/reference.py reads from the code: events, figures, permissions and the API, as Markdown pages.

Django must be set up first. Nothing here asks the database.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "src" / "lantu"
NOTE = "<!-- Made by tools/reference.py from the code; renew with: python tools/reference.py write -->"


# -- words ----------------------------------------------------------------------------------------


@cache
def english() -> dict[str, str]:
    import polib

    paths = sorted(SOURCES.glob("*/locale/en/LC_MESSAGES/django.po"))
    return {e.msgid: e.msgstr for path in paths for e in polib.pofile(str(path)) if e.translated()}


def both(label: Any) -> str:
    """“中文 / English”; one of them where the other says the same or is missing."""
    from django.utils import translation

    with translation.override(None):
        chinese = str(label)
    other = english().get(chinese, "")
    return f"{chinese} / {other}" if other and other != chinese else chinese


def cell(text: Any) -> str:
    """Text as a table cell: one line, bars escaped, reStructuredText quotes as Markdown."""
    return " ".join(str(text).split()).replace("``", "`").replace("|", "\\|")


def table(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *[[cell(value) for value in row] for row in rows]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def page(title: str, intro: str, *parts: str) -> str:
    return "\n\n".join([NOTE, f"# {title}", intro, *parts]) + "\n"


def by_app(names: Iterable[str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for name in sorted(names):
        groups[name.split(".")[0]].append(name)
    return groups


def python_files() -> Iterator[Path]:
    for path in sorted(SOURCES.rglob("*.py")):
        if not {"tests", "migrations"} & set(path.relative_to(SOURCES).parts):
            yield path


# -- events ---------------------------------------------------------------------------------------


def emitters() -> dict[tuple[str, str], set[str]]:
    """(app, event class) → modules that make it outside ``events.py``."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for path in python_files():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        apps: dict[str, tuple[str, str]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and re.fullmatch(r"lantu\.\w+\.events", node.module or ""):
                app = str(node.module).split(".")[1]
                apps |= {alias.asname or alias.name: (app, alias.name) for alias in node.names}
        module = ".".join(path.relative_to(SOURCES).with_suffix("").parts)
        for node in ast.walk(tree):
            # A class that is only handed on (``finish(…, GrantRefused)``) is made by this module all the same.
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in apps:
                found[apps[node.id]].add(module)
    return found


def meaning_of(cls: type) -> str:
    """The docstring, or the class name in words (dataclasses without one get their signature as docstring)."""
    doc = inspect.cleandoc(cls.__doc__ or "")
    if doc and not doc.startswith(f"{cls.__name__}("):
        return doc
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", cls.__name__)
    return f"{words[0]}{words[1:].lower()}."


def events_page() -> str:
    from lantu.accounts.event_words import event_name
    from lantu.core.events import known_events
    from lantu.core.subscriptions import handlers_of

    made = emitters()
    kinds = {kind: cls for kind, cls in known_events().items() if cls.__module__.startswith("lantu.")}
    parts = []
    for app, names in by_app(kinds).items():
        rows = []
        for kind in names:
            cls: Any = kinds[kind]
            fields = [f for f in dataclasses.fields(cls) if f.name not in {"project_id", "subject_id"}]
            words = both(event_name(kind))
            heard = sorted({handler.__module__.removeprefix("lantu.") for handler in handlers_of(kind)})
            rows.append(
                [
                    f"`{kind}`" + ("" if words == kind else f" {words}"),
                    meaning_of(cls),
                    cls.subject_type,
                    ", ".join(f"`{f.name}: {f.type}`" for f in fields) or "—",
                    ", ".join(f"`{name}`" for name in sorted(made.get((app, cls.__name__), ()))) or "—",
                    ", ".join(f"`{name}`" for name in heard) or "—",
                ]
            )
        parts += [
            f"## {app}",
            table(("event", "meaning", "subject", "payload", "emitted by", "heard by"), rows),
        ]
    return page(
        "Events / 事件",
        "Every event also carries `project_id`, `subject_id`, `actor`, `on_behalf_of`, `at`, `recorded_at`, `reason`, `cause_id` and"
        " its place in the hash chain (`core.models.Event`). Times and amounts in payloads are ISO 8601 text and decimal text.\n"
        "All of them make live pages read again; “heard by” names the modules that act on them.",
        *parts,
    )


# -- figures and permissions ----------------------------------------------------------------------


def figures_page() -> str:
    from lantu.core.figures import figure_definitions

    known = [d for d in figure_definitions() if d.compute.__module__.startswith("lantu.")]
    rows = [
        [f"`{d.name}`", both(d.label), both(d.unit), both(d.definition), f"`{d.compute.__module__.removeprefix('lantu.')}`"]
        for d in known
    ]  # fmt: skip
    return page(
        "Figures / 指标",
        "Each is read with `GET /api/v1/figures/{name}` and shown with the tag `{% figure %}`: value, as-of time, definition and the"
        " address of its rows, counted only over what the reader may see. No value means “cannot be stated”, never 0.",
        table(("name", "label", "unit", "definition", "computed in"), rows),
    )


def permissions_page() -> str:
    from lantu.accounts.permissions import EVERYBODY, READERS, defined_permissions
    from lantu.accounts.roles import Role

    def holders(roles: frozenset[str]) -> str:
        if roles == EVERYBODY:
            return "everybody"
        if roles == READERS:
            return "everybody but `sysadmin` and `secadmin`"
        return ", ".join(f"`{role}`" for role in Role.values if role in roles)

    rows = [[f"`{p.key}`", both(p.label), holders(p.roles)] for p in defined_permissions() if "." in p.key]
    roles = [[f"`{role.value}`", both(role.label)] for role in Role]
    return page(
        "Permissions / 权限",
        "A permission is held by roles, a role by a grant with a reach (city, county, organisation, project) and a term. What a person may"
        " see is a second question, answered by the selectors: a permission opens the door, the reach says which rows stand behind it.\n"
        "Some verbs ask more than a permission, such as another person of another unit (four eyes): the services say so.",
        table(("permission", "allows", "roles"), rows),
        "## Roles",
        table(("role", "name"), roles),
    )


# -- API ------------------------------------------------------------------------------------------


def permissions_of(function: Callable[..., Any], *, depth: int = 4) -> set[str]:
    """Keys of permissions named in a function or in functions of the house that it calls (its services)."""
    from lantu.accounts.permissions import is_defined

    function = inspect.unwrap(function)
    if depth == 0 or not getattr(function, "__module__", "").startswith("lantu."):
        return set()
    try:
        tree = ast.parse(inspect.cleandoc("\n" + inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return set()
    keys: set[str] = set()
    # ``if not may(…)`` refuses; a plain ``may(…)`` only shapes the answer.
    refused = {
        node.operand
        for node in ast.walk(tree)
        if isinstance(node, ast.UnaryOp) and getattr(getattr(node.operand, "func", None), "id", "") == "may"
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = resolve(node.func, getattr(function, "__globals__", {}))
        if getattr(called, "__name__", "").startswith("require") or node in refused:
            words = [a.value for a in node.args if isinstance(a, ast.Constant)]
            keys |= {str(word) for word in words if is_defined(str(word))}
        elif inspect.isfunction(called):
            keys |= permissions_of(called, depth=depth - 1)
    return keys


def resolve(node: ast.expr, names: dict[str, Any]) -> Any:
    """The object that a dotted name means in a module; None for anything else."""
    if isinstance(node, ast.Name):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = resolve(node.value, names)
        return getattr(owner, node.attr, None) if inspect.ismodule(owner) else None
    return None


def api_page() -> str:
    from lantu.site.api import api

    document: dict[str, Any] = api.get_openapi_schema()
    shapes = document.get("components", {}).get("schemas", {})
    functions = {
        api.get_openapi_operation_id(operation): operation
        for _prefix, router in api._routers
        for path_view in router.path_operations.values()
        for operation in path_view.operations
    }
    groups: dict[str, list[list[str]]] = defaultdict(list)
    for path, verbs in document["paths"].items():
        for verb, described in verbs.items():
            operation = functions[described["operationId"]]
            words = inspect.cleandoc(described.get("description") or described.get("summary") or "")
            groups[operation.view_func.__module__.split(".")[1]].append(
                [
                    f"`{verb.upper()} {path.removeprefix('/api/v1')}`",
                    words.split("\n\n")[0],
                    ", ".join(taken(described, shapes)) or "—",
                    needed(operation),
                ]
            )
    parts = []
    for app, rows in groups.items():
        parts += [f"## {app}", table(("operation", "what it does", "takes (`*` required)", "needs"), rows)]
    return page(
        "API / 接口",
        "Below `/api/v1`; the same as a machine-readable document at `/api/v1/openapi.json`, to try out at `/api/v1/docs`."
        " Sign in with the session of a browser or with `Authorization: Bearer <token>` (`POST /auth/token`). Errors are RFC 9457 problem"
        ' documents with a stable `type`, a sentence and, where there is one, a remedy. Lists are `{"items": […], "next": cursor or null}`.'
        " Times are ISO 8601, money is in yuan, coordinates are CGCS2000 longitude and latitude.",
        *parts,
    )


def taken(described: dict[str, Any], shapes: dict[str, Any]) -> list[str]:
    """Query parameters and fields of the body."""
    names = [
        f"`{p['name']}`{'*' if p.get('required') else ''}" for p in described.get("parameters", []) if p["in"] == "query"
    ]  # fmt: skip
    for content in described.get("requestBody", {}).get("content", {}).values():
        shape = content["schema"]
        shape = shapes.get(shape.get("$ref", "").rpartition("/")[2], shape)
        needed_fields = set(shape.get("required", ()))
        names += [f"`{name}`{'*' if name in needed_fields else ''}" for name in shape.get("properties", {})]
        names += [shape["description"]] if "oneOf" in shape and "description" in shape else []
    return names


def needed(operation: Any) -> str:
    """Who may call it: the permissions that its view or its services require."""
    if operation.auth_param is None:
        return "nothing: open to all"
    keys = ", ".join(f"`{key}`" for key in sorted(permissions_of(operation.view_func)))
    reading = operation.methods == ["GET"]
    words = keys or ("a signed-in reader" if reading else "a signed-in person; the service says who may")
    own = operation.auth_param if isinstance(operation.auth_param, list) else []
    by_device = any(type(callback).__name__ == "DeviceToken" for callback in own)
    return f"{words}; or a device token" if by_device else words
