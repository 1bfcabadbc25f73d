"""Django looks here; the models live with their applets."""

from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.cranes.models import CraneGroup, CraneMember
from lantu.monitoring.devices.models import Channel, Device, DeviceType, RegistryVersion
from lantu.monitoring.ingest.models import IngestOffset
from lantu.monitoring.rules.desk.models import RulePreview, RuleProposal
from lantu.monitoring.rules.models import Rule, RuleState, RuleVersion
from lantu.monitoring.rules.overrides.models import ProjectRuleOverride
from lantu.monitoring.telemetry.models import Latest, Quarantine, SealedDay

__all__ = [
    "Alert", "Channel", "CraneGroup", "CraneMember", "Device", "DeviceType", "IngestOffset", "Latest", "Quarantine",
    "ProjectRuleOverride", "RegistryVersion", "Rule", "RulePreview", "RuleProposal", "RuleState", "RuleVersion",
]  # fmt: skip
