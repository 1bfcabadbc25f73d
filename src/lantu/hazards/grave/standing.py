"""What stands over a hazard now: a stop-work order, a listing."""

from __future__ import annotations

from lantu.hazards.models import Hazard, Listing, StopOrder


def stop_in_force(hazard: Hazard) -> StopOrder | None:
    """The stop-work order that nobody has lifted yet."""
    stops = hazard.stops.select_related("by__organisation", "resume_asked_by__organisation")
    return stops.filter(resumed_at=None).first()


def listing_in_force(hazard: Hazard) -> Listing | None:
    """The listing from which the hazard has not been taken off."""
    return hazard.listings.select_related("by").filter(delisted_at=None).first()
