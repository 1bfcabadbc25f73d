"""Slag trucks (渣土车): registration, licensed routes, disposal sites, tracks, trips, findings."""
