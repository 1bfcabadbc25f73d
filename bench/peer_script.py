"""What people write first, and what they write next: a subscriber that stores readings in PostgreSQL.

Run as ``python -m bench.peer_script row|batch PORT DATABASE-URL``. The alert rule of both: PM10 above 150.
"""

from __future__ import annotations

import json
import queue
import sys
import threading
import time
from datetime import UTC, datetime
from typing import Any

import paho.mqtt.client as mqtt
import psycopg

BATCH = 1_000
LINGER_S = 0.2
LIMIT = 150.0
TABLES = """
    CREATE TABLE reading (device text NOT NULL, channel text NOT NULL, at timestamptz NOT NULL, value float8 NOT NULL);
    CREATE INDEX ON reading (device, channel, at);
    CREATE TABLE alert (id bigserial PRIMARY KEY, device text, channel text, at timestamptz, value float8)
"""
INSERT = "INSERT INTO reading VALUES (%s, %s, %s, %s)"
ALERT = "INSERT INTO alert (device, channel, at, value) VALUES (%s, %s, %s, %s)"
Row = tuple[str, str, datetime, float]


def rows_of(message: Any) -> list[Row]:
    """A row per channel of one MQTT message."""
    body = json.loads(message.payload)
    device = message.topic.split("/")[2]
    at = datetime.fromtimestamp(body["ts"] / 1000, UTC)
    return [(device, channel, at, value) for channel, value in body["values"].items()]


def store(database: psycopg.Connection[Any], rows: list[Row]) -> None:
    """One transaction."""
    alerts = [row for row in rows if row[1] == "pm10" and row[3] > LIMIT]
    with database.cursor() as cursor:
        cursor.executemany(INSERT, rows)
        if alerts:
            cursor.executemany(ALERT, alerts)
    database.commit()


def by_row(database: psycopg.Connection[Any]) -> Any:
    """Everything in the callback: a transaction per message."""
    return lambda _client, _data, message: store(database, rows_of(message))


def by_batch(database: psycopg.Connection[Any]) -> Any:
    """A queue, and a thread that writes a thousand messages or a fifth of a second at a time."""
    waiting: queue.Queue[list[Row]] = queue.Queue()

    def write() -> None:
        while True:
            rows, count, since = list(waiting.get()), 1, time.monotonic()
            while count < BATCH and (left := LINGER_S - (time.monotonic() - since)) > 0:
                try:
                    rows += waiting.get(timeout=left)
                    count += 1
                except queue.Empty:
                    break
            store(database, rows)

    threading.Thread(target=write, daemon=True).start()
    return lambda _client, _data, message: waiting.put(rows_of(message))


def main() -> None:
    """Subscribe and store until ended."""
    how, port, url = sys.argv[1:4]
    database = psycopg.connect(url)
    database.execute(TABLES)
    database.commit()
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="peer")
    client.on_message = {"row": by_row, "batch": by_batch}[how](database)
    client.on_connect = lambda *_told: client.subscribe("lantu/#", qos=1)
    client.connect("127.0.0.1", int(port))
    client.loop_forever()


if __name__ == "__main__":
    main()
