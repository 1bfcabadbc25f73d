"""Devices, their types, channels and tokens."""
