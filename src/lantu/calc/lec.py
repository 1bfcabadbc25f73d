"""LEC: how dangerous a piece of work is, D = L × E × C, and the four colours that follow.

L likelihood, E exposure, C consequence take only the steps of the published table (Graham and Kinney). Bands:
D > 320 red, 160 to 320 orange, 70 to below 160 yellow, below 70 blue; a value on the border of two bands takes the
graver one, except 320 itself, which the table calls orange. The mapping of bands to colours is this platform's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

LIKELIHOOD: tuple[float, ...] = (10, 6, 3, 1, 0.5, 0.2, 0.1)
EXPOSURE: tuple[float, ...] = (10, 6, 3, 2, 1, 0.5)
CONSEQUENCE: tuple[float, ...] = (100, 40, 15, 7, 3, 1)
RED_ABOVE, ORANGE_FROM, YELLOW_FROM = 320.0, 160.0, 70.0


class Colour(IntEnum):
    """The four colours; the figure is the severity that hazards and duties use."""

    BLUE = 1
    YELLOW = 2
    ORANGE = 3
    RED = 4


# Who must keep the risk under control, by colour: the graver, the higher.
CONTROL_LEVELS = {
    Colour.RED: "company",
    Colour.ORANGE: "project",
    Colour.YELLOW: "team",
    Colour.BLUE: "post",
}


@dataclass(frozen=True)
class Assessment:
    """``d``: the product; ``control_level``: company, project, team or post."""

    d: float
    colour: Colour

    @property
    def control_level(self) -> str:
        return CONTROL_LEVELS[self.colour]


def colour_of(d: float) -> Colour:
    """The band of a product D. Raises ``ValueError`` for a product that is not positive."""
    if not d > 0:
        raise ValueError("D is the product of three positive steps")
    if d > RED_ABOVE:
        return Colour.RED
    if d >= ORANGE_FROM:
        return Colour.ORANGE
    return Colour.YELLOW if d >= YELLOW_FROM else Colour.BLUE


def assess(likelihood: float, exposure: float, consequence: float) -> Assessment:
    """D and colour of three steps: 3 × 6 × 15 = 270 is orange, 1 × 6 × 7 = 42 is blue.

    Raises ``ValueError`` naming the factor whose value is not a step of the table.
    """
    for name, value, steps in (
        ("L", likelihood, LIKELIHOOD),
        ("E", exposure, EXPOSURE),
        ("C", consequence, CONSEQUENCE),
    ):
        if value not in steps:
            raise ValueError(f"{name} = {value:g} is not one of {', '.join(f'{step:g}' for step in steps)}")
    d = round(likelihood * exposure * consequence, 6)
    return Assessment(d, colour_of(d))
