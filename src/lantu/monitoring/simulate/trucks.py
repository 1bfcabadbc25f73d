"""Live trucks of the demonstration: each speaks JT/T 808 to the gateway as a terminal would."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import structlog

from lantu.monitoring.simulate.hauling import Haul, position_of
from lantu.monitoring.simulate.terminal import Terminal
from lantu.monitoring.vehicles.models import Vehicle, VehicleStatus

log = structlog.get_logger(__name__)
EVERY_S = 15.0
STAGGER_S = 420.0


@dataclass
class LiveTruck:
    """A truck with its route; ``terminal`` is its connection while it has one."""

    phone: str
    plate: str
    haul: Haul
    has_load: bool
    version: int
    terminal: Terminal | None = field(default=None, repr=False)

    def report(self, host: str, port: int, second: float) -> None:
        """One report; connects, registers and proves itself first where necessary. Raises OSError."""
        if self.terminal is None:
            terminal = Terminal(host, port, self.phone, version=self.version)
            terminal.authenticate(terminal.register(self.plate))
            self.terminal = terminal
        self.terminal.report(position_of(self.haul.at(second), second, has_load=self.has_load))

    def hang_up(self) -> None:
        """End the connection, if there is one."""
        if self.terminal is not None:
            self.terminal.close()
            self.terminal = None


def demo_trucks() -> list[LiveTruck]:
    """Trucks in service of demonstration projects, each on its first route."""
    found = []
    rows = Vehicle.objects.filter(status=VehicleStatus.IN_SERVICE, projects__is_demo=True).distinct()
    for number, vehicle in enumerate(rows.order_by("pk")):
        route = vehicle.routes.order_by("pk").first()
        if route is not None:
            line = [(float(lon), float(lat)) for lon, lat, *_ in route.geometry["coordinates"]]
            haul = Haul(line, started_at=number * STAGGER_S)
            version = 2019 if number % 2 else 2013
            found.append(
                LiveTruck(vehicle.terminal_phone, vehicle.plate, haul, vehicle.has_load_sensor, version)
            )
    return found


def run_trucks(trucks: list[LiveTruck], *, host: str, port: int, stop: threading.Event) -> None:
    """Report for all trucks until ``stop``; one whose connection breaks comes back at its next turn."""
    while not stop.is_set():
        began = time.monotonic()
        for truck in trucks:
            if stop.is_set():
                break
            try:
                truck.report(host, port, float(int(time.time())))
            except OSError as error:
                log.info("truck_lost_connection", plate=truck.plate, why=str(error))
                truck.hang_up()
        stop.wait(max(0.5, EVERY_S - (time.monotonic() - began)))
    for truck in trucks:
        truck.hang_up()
