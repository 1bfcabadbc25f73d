"""Tracks of trucks: one row per truck and second, one partition per local day.

Degrees are whole millionths as the terminal sends them, so nothing is lost or rounded; a repeated report meets
the primary key and changes nothing. flags: 1 no fix, 2 drift (kept, not part of the track), 4 sent later by the
terminal (0x0704), 8 older than what was known when it came.
"""

from django.db import migrations

FORWARD = """
CREATE TABLE vehicle_track (
    vehicle_id  bigint         NOT NULL,
    at          timestamptz(0) NOT NULL,
    received_at timestamptz(3) NOT NULL,
    lon         integer,
    lat         integer,
    speed       smallint       NOT NULL,
    direction   smallint       NOT NULL,
    altitude    smallint       NOT NULL,
    flags       smallint       NOT NULL,
    status      bigint         NOT NULL,
    alarm       bigint         NOT NULL,
    mileage     bigint,
    signals     bigint,
    PRIMARY KEY (vehicle_id, at)
) PARTITION BY RANGE (at);

COMMENT ON TABLE vehicle_track IS 'JT/T 808 positions: lon, lat 1e-6 degrees CGCS2000; speed, mileage in tenths of km/h and km.';

CREATE FUNCTION track_partition_make(day date, zone text) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    part text := 'vehicle_track_' || to_char(day, 'YYYYMMDD');
    low  timestamptz := day::timestamp AT TIME ZONE zone;
    high timestamptz := (day + 1)::timestamp AT TIME ZONE zone;
BEGIN
    IF to_regclass(part) IS NOT NULL THEN
        RETURN false;
    END IF;
    -- Two gateways may meet at midnight: the second waits here and then finds the table.
    PERFORM pg_advisory_xact_lock(hashtext('track_partition_make'));
    IF to_regclass(part) IS NOT NULL THEN
        RETURN false;
    END IF;
    -- Made aside and attached, because attaching does not lock out readers and writers of other days.
    EXECUTE format('CREATE TABLE %I (LIKE vehicle_track INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part);
    EXECUTE format('ALTER TABLE %I ADD CONSTRAINT span CHECK (at >= %L AND at < %L)', part, low, high);
    EXECUTE format('ALTER TABLE vehicle_track ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part, low, high);
    EXECUTE format('ALTER TABLE %I DROP CONSTRAINT span', part);
    RETURN true;
END $$;

-- Drops the days before ``first``; returns how many.
CREATE FUNCTION track_partitions_drop(first date) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    part text;
    dropped integer := 0;
BEGIN
    FOR part IN
        SELECT child.relname FROM pg_inherits i
        JOIN pg_class child ON child.oid = i.inhrelid
        WHERE i.inhparent = 'vehicle_track'::regclass
          AND right(child.relname, 8) ~ '^[0-9]{8}$' AND to_date(right(child.relname, 8), 'YYYYMMDD') < first
    LOOP
        EXECUTE format('DROP TABLE %I', part);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $$;
"""

BACKWARD = """
DROP TABLE vehicle_track;
DROP FUNCTION track_partitions_drop(date);
DROP FUNCTION track_partition_make(date, text);
"""


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0007_vehicles")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
