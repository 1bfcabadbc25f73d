"""Who builds, supervises, designs and answers for an invented project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from random import Random

from lantu.packs.demo import DemoParty
from lantu.packs.load import city

OFFICERS = ("officer", "officer01", "officer02", "officer03", "officer04", "officer05")
SPONSORS = ("director", "deputy01", "deputy02", "deputy03", "deputy04")
CONTRACTORS: Mapping[str, Sequence[str]] = {
    "road": ("con06", "con07", "con15"),
    "bridge": ("con06", "con15"),
    "water": ("con08", "con12"),
    "park": ("con13", "con14"),
    "pipe": ("con07", "con11", "con14"),
    "energy": ("con09", "con11"),
    "plant": ("con01", "con02", "con05", "con09", "con16"),
    "retrofit": ("con04", "con10", "con14"),
    "building": ("con01", "con02", "con03", "con04", "con05", "con10", "con12", "con16"),
}
SUPERVISORS: Mapping[str, Sequence[str]] = {"road": ("sup06",), "bridge": ("sup06",), "water": ("sup07",)}
OTHER_SUPERVISORS = ("sup01", "sup02", "sup03", "sup04", "sup05", "sup08")
DESIGNERS: Mapping[str, Sequence[str]] = {
    "road": ("des03",),
    "bridge": ("des03",),
    "water": ("des04",),
    "park": ("des05",),
    "pipe": ("des08",),
    "plant": ("des01", "des06"),
}
OTHER_DESIGNERS = ("des01", "des02", "des07")
LEAD: Mapping[str, str] = {
    "industry": "fgw",
    "transport": "jtj",
    "municipal": "zjj",
    "water": "slj",
    "energy": "fgw",
    "livelihood": "fgw",
    "housing": "zjj",
    "ecology": "sthj",
}
SECTOR_OWNER: Mapping[str, str] = {"water": "own_swt", "energy": "own_nyt", "transport": "own_jfz"}
CODE_OWNER: Mapping[str, str] = {"P83": "own_jkt", "Q84": "own_jkt", "K70": "own_bzf", "R88": "own_wlt"}


@cache
def area_key(area: str) -> str:
    """The suffix that an area's units share, e.g. ``qihe``."""
    (office,) = city("dezhou").units_of("county", area)
    return office.key.removeprefix("office_")


@cache
def answering(unit: str, role: str) -> str:
    """User name of the person who answers for a unit in a role."""
    return city("dezhou").people_of(unit, role)[0].username


@cache
def inspector_of(area: str) -> str:
    """User name of an area's quality and safety inspector."""
    people = city("dezhou").people.values()
    return next(person.username for person in people if person.role == "inspector" and person.area == area)


def owner_for(area: str, sector: str, code: str, funding: str, size_yi: float) -> str:
    """The owner: an industrial park's company, a city-wide company for its field, or the county's."""
    if funding == "enterprise" and sector == "industry":
        return f"own_cy_{area_key(area)}"
    if code in CODE_OWNER and size_yi >= 3:
        return CODE_OWNER[code]
    if sector in SECTOR_OWNER and size_yi >= 4:
        return SECTOR_OWNER[sector]
    return f"own_ct_{area_key(area)}"


def parties_for(
    draw: Random, *, area: str, kind: str, owner: str, officer: str, built: bool, designed: bool,
    given: Mapping[str, str],
) -> dict[str, DemoParty]:  # fmt: skip
    """Parties by role; ``given`` fixes units by role, others are drawn by the kind of work."""
    parties = {
        "owner": DemoParty(owner, answering(owner, "owner")),
        "officer": DemoParty("bureau", officer),
    }
    if designed:
        designer = given.get("designer") or draw.choice(DESIGNERS.get(kind, OTHER_DESIGNERS))
        parties["designer"] = DemoParty(designer, answering(designer, "designer"))
    if built:
        contractor = given.get("contractor") or draw.choice(CONTRACTORS[kind])
        supervisor = given.get("supervisor") or draw.choice(SUPERVISORS.get(kind, OTHER_SUPERVISORS))
        parties["contractor"] = DemoParty(contractor, answering(contractor, "contractor"))
        parties["supervisor"] = DemoParty(supervisor, answering(supervisor, "supervisor"))
        parties["inspector"] = DemoParty("zjz", inspector_of(area))
    return parties
