"""The trucks whose terminals may speak, as plain values by phone number; read anew every few seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lantu.calc.jt808 import Registered, Registration, short_phone
from lantu.monitoring.vehicles.codes import code_matches, code_of
from lantu.monitoring.vehicles.models import Vehicle, VehicleStatus


@dataclass(frozen=True, slots=True)
class Truck:
    """What a session needs to know of a registered truck. code: the one that it is given at registration."""

    vehicle_id: int
    phone: str
    plate: str
    maker_id: str
    terminal_id: str
    code: str
    preset_hash: str
    retired: bool

    def answer_to(self, given: Registration) -> Registered:
        """What to say to its registration. A plate or terminal that is not the registered one is refused."""
        if self.retired:
            return Registered.NO_SUCH_VEHICLE
        if given.plate and given.plate.upper().replace("·", "") != self.plate:
            return Registered.NO_SUCH_VEHICLE
        other_maker = self.maker_id and given.maker != self.maker_id
        other_terminal = self.terminal_id and given.terminal_id != self.terminal_id
        return Registered.VEHICLE_TAKEN if other_maker or other_terminal else Registered.OK

    def knows(self, code: str) -> bool:
        """Whether the code is this truck's."""
        return not self.retired and code_matches(code, derived=self.code, preset_hash=self.preset_hash)


@dataclass(frozen=True)
class Directory:
    """Trucks by the short form of their phone number."""

    trucks: Mapping[str, Truck] = field(default_factory=dict)

    def find(self, phone: str) -> Truck | None:
        """The truck with this number, however many zeros stand before it."""
        return self.trucks.get(short_phone(phone))


def load_directory() -> Directory:
    """All trucks, retired ones too: they are told that they are none any more. Queries: one."""
    rows = Vehicle.objects.values_list(
        "pk", "terminal_phone", "plate", "maker_id", "terminal_id", "code_epoch", "preset_code_hash", "status"
    )
    return Directory(
        {
            phone: Truck(
                pk, phone, plate, maker, terminal, code_of(pk, epoch), preset, status == VehicleStatus.RETIRED
            )
            for pk, phone, plate, maker, terminal, epoch, preset, status in rows
        }
    )
