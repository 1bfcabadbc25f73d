"""Django looks here; the models live with their applets."""

from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.devices.models import Channel, Device, DeviceType, RegistryVersion
from lantu.monitoring.ingest.models import IngestOffset
from lantu.monitoring.rules.models import Rule, RuleState, RuleVersion
from lantu.monitoring.telemetry.models import Latest, Quarantine

__all__ = [
    "Alert", "Channel", "Device", "DeviceType", "IngestOffset", "Latest", "Quarantine",
    "RegistryVersion", "Rule", "RuleState", "RuleVersion",
]  # fmt: skip
