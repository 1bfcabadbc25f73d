"""Monitoring: devices, their readings, the rules that judge them, and the alerts that follow."""
