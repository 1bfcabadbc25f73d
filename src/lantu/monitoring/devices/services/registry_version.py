"""Tell the ingest workers that devices, channels or rules have changed."""

from django.db.models import F

from lantu.monitoring.devices.models import RegistryVersion


def raise_registry_version() -> None:
    """Call in the transaction of the change; workers reload within seconds of its commit."""
    if not RegistryVersion.objects.filter(id=1).update(version=F("version") + 1):
        RegistryVersion.objects.bulk_create([RegistryVersion(id=1, version=1)], ignore_conflicts=True)
