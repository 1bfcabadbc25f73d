"""Writes about submissions that came too late."""
