"""Django looks here; the models live with their applets."""

from lantu.monitoring.alerts.models import Alert
from lantu.monitoring.cranes.models import CraneGroup, CraneMember
from lantu.monitoring.devices.checkups.models import CheckupReport
from lantu.monitoring.devices.imports.models import DeviceImport
from lantu.monitoring.devices.models import Channel, Device, DeviceType, RegistryVersion
from lantu.monitoring.gateway.hj212.models import Hj212Station
from lantu.monitoring.gateway.models import GatewayStatus
from lantu.monitoring.ingest.models import IngestOffset
from lantu.monitoring.observations.models import Observation
from lantu.monitoring.rules.desk.models import RulePreview, RuleProposal
from lantu.monitoring.rules.models import Rule, RuleState, RuleVersion
from lantu.monitoring.rules.overrides.models import ProjectRuleOverride
from lantu.monitoring.telemetry.models import Latest, Quarantine
from lantu.monitoring.vehicles.models import (
    DisposalSite,
    LicensedRoute,
    Vehicle,
    VehicleFinding,
    VehicleRuleVersion,
    VehicleState,
)

__all__ = [
    "Alert", "Channel", "CheckupReport", "CraneGroup", "CraneMember", "Device", "DeviceImport", "DeviceType", "DisposalSite", "GatewayStatus", "Hj212Station", "IngestOffset", "Latest",
    "LicensedRoute", "Observation", "ProjectRuleOverride", "Quarantine", "RegistryVersion", "Rule", "RulePreview", "RuleProposal",
    "RuleState", "RuleVersion", "Vehicle", "VehicleFinding", "VehicleRuleVersion", "VehicleState",
]  # fmt: skip
