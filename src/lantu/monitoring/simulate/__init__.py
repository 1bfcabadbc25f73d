"""Devices that do not exist: signal models and an MQTT publisher, for demonstration and load."""
