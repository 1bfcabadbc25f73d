"""The cold store: closed days sealed into one row per channel and day; quality of values; roll-ups.

reading_wide     hot: a partition per local day, a vector per device and time
reading_closing  a day on its way: its partition, taken out of reading_wide, written by nobody any more
reading_day      cold: one row per channel and day, arrays (a partition per month)
reading_rollup   one row per channel and day: sums of its hours, and of its minutes where readings are faster
reading_month    one row per channel and month: sums of its days

The same (channel, time) may for a while stand in more than one of the first three: then cold wins over closing, and
closing over hot, because the first value that came stays.
"""

from django.conf import settings
from django.db import migrations, models

FORWARD = """
-- NULL: every value of the vector is normal. Else one monitoring.telemetry.quality.Quality per place.
ALTER TABLE reading_wide ADD COLUMN q smallint[];

CREATE FUNCTION reading_fill_quality(first real[], first_q smallint[], second real[], second_q smallint[])
RETURNS smallint[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN bool_or(place <> 0) THEN array_agg(place ORDER BY n) END
    FROM (
        SELECT n, CASE WHEN f IS NOT NULL AND f <> 'NaN'::real THEN coalesce(first_q[n], 0::smallint)
                       WHEN s IS NOT NULL AND s <> 'NaN'::real THEN coalesce(second_q[n], 0::smallint)
                       ELSE 0::smallint END AS place
        FROM unnest(first, second) WITH ORDINALITY AS pair(f, s, n)
    ) places
$$;

-- The local day of a moment. Partitions are cut by it: it cannot change in a database that holds readings.
CREATE FUNCTION reading_local_day(moment timestamptz) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (moment AT TIME ZONE '{zone}')::date
$$;

-- Partitions taken out of reading_wide become children of this table: joining it needs no look at their rows.
CREATE TABLE reading_closing (LIKE reading_wide INCLUDING DEFAULTS INCLUDING CONSTRAINTS);

CREATE TABLE reading_day (
    channel_id bigint      NOT NULL,
    day        date        NOT NULL,
    n          integer     NOT NULL,
    step_ms    integer     NOT NULL,
    scale      integer     NOT NULL,
    base       timestamptz NOT NULL,
    dev        smallint[],
    off        integer[],
    small      smallint[],
    v          real[],
    q          smallint[],
    PRIMARY KEY (channel_id, day),
    CHECK (n > 0 AND scale > 0),
    CHECK (num_nonnulls(small, v) = 1 AND num_nonnulls(dev, off) <= 1)
) PARTITION BY RANGE (day);
COMMENT ON TABLE reading_day IS
    'Reading i (from 1) is at base + off[i] ms, else base + (i-1)*step_ms + dev[i] ms (dev NULL: 0; -32768: no reading '
    'here); its value is v[i], else small[i]/scale; its quality q[i], else 0. View reading_sealed unpacks it.';

CREATE TABLE reading_rollup (
    channel_id bigint  NOT NULL,
    day        date    NOT NULL,
    n          integer NOT NULL,
    total      float8  NOT NULL,
    low        real,
    high       real,
    last       real,
    h_n        integer[] NOT NULL, h_total float8[] NOT NULL, h_low real[] NOT NULL, h_high real[] NOT NULL, h_last real[] NOT NULL,
    m_n        integer[],          m_total float8[],          m_low real[],          m_high real[],          m_last real[],
    PRIMARY KEY (channel_id, day)
) PARTITION BY RANGE (day);
COMMENT ON TABLE reading_rollup IS
    'Normal readings only. h_x[i]: the i-th hour of the local day, m_x[i]: its i-th minute (only where there are more than '
    'two readings a minute: otherwise the readings themselves are the better series). An hour without readings has n 0.';

CREATE TABLE reading_month (
    channel_id bigint NOT NULL,
    month      date   NOT NULL,
    d          smallint[] NOT NULL, n integer[] NOT NULL, total float8[] NOT NULL,
    low        real[] NOT NULL, high real[] NOT NULL, last real[] NOT NULL,
    PRIMARY KEY (channel_id, month)
);

CREATE FUNCTION reading_month_partitions(month date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    first date := date_trunc('month', month)::date;
    after date := (first + interval '1 month')::date;
    parent text;
    part text;
BEGIN
    FOREACH parent IN ARRAY ARRAY['reading_day', 'reading_rollup'] LOOP
        part := parent || '_' || to_char(first, 'YYYYMM');
        CONTINUE WHEN to_regclass(part) IS NOT NULL;
        PERFORM pg_advisory_xact_lock(hashtext('reading_partition_make'));
        CONTINUE WHEN to_regclass(part) IS NOT NULL;
        EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', part, parent, first, after);
    END LOOP;
END $$;

CREATE VIEW reading_sealed AS
    SELECT s.channel_id, s.day,
           s.base + coalesce(u.off, (u.i - 1)::integer * s.step_ms + coalesce(u.dev, 0)) * interval '1 millisecond' AS ts,
           coalesce(u.v, (u.small / s.scale::float8)::real) AS value,
           coalesce(u.q, 0::smallint) AS quality
    FROM reading_day s
    CROSS JOIN LATERAL unnest(s.dev, s.off, s.small, s.v, s.q) WITH ORDINALITY AS u(dev, off, small, v, q, i)
    WHERE u.dev IS DISTINCT FROM -32768;

CREATE FUNCTION reading_is_sealed(channel bigint, moment timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM reading_sealed s
                   WHERE s.channel_id = channel AND s.day = reading_local_day(moment) AND s.ts = moment)
$$;

DROP VIEW reading;
CREATE VIEW reading AS
    SELECT c.id AS channel_id, c.device_id, c.key, r.day, r.ts, NULL::timestamptz AS received_at, r.value, r.quality
    FROM reading_sealed r JOIN monitoring_channel c ON c.id = r.channel_id
    UNION ALL
    SELECT c.id, r.device_id, c.key, reading_local_day(r.ts), r.ts, r.received_at, r.v[c.rank], coalesce(r.q[c.rank], 0::smallint)
    FROM reading_closing r JOIN monitoring_channel c ON c.device_id = r.device_id
    WHERE r.v[c.rank] <> 'NaN'::real AND NOT reading_is_sealed(c.id, r.ts)
    UNION ALL
    SELECT c.id, r.device_id, c.key, reading_local_day(r.ts), r.ts, r.received_at, r.v[c.rank], coalesce(r.q[c.rank], 0::smallint)
    FROM reading_wide r JOIN monitoring_channel c ON c.device_id = r.device_id
    WHERE r.v[c.rank] <> 'NaN'::real AND NOT reading_is_sealed(c.id, r.ts)
      AND NOT EXISTS (SELECT 1 FROM reading_closing k
                      WHERE k.device_id = r.device_id AND k.ts = r.ts AND k.v[c.rank] <> 'NaN'::real);

COMMENT ON VIEW reading IS 'One row per value, hot or sealed: what SQL readers should use. Ask with channel_id and day: '
    'sealed days are found by them.';
"""

BACKWARD = """
DO $$ BEGIN
    IF EXISTS (SELECT 1 FROM reading_day) OR EXISTS (SELECT 1 FROM reading_closing) THEN
        RAISE EXCEPTION 'sealed readings are there: they cannot go back into the hot store';
    END IF;
END $$;
DROP VIEW reading;
DROP FUNCTION reading_is_sealed(bigint, timestamptz);
DROP VIEW reading_sealed;
DROP FUNCTION reading_month_partitions(date);
DROP TABLE reading_month;
DROP TABLE reading_rollup;
DROP TABLE reading_day;
DROP TABLE reading_closing;
DROP FUNCTION reading_local_day(timestamptz);
DROP FUNCTION reading_fill_quality(real[], smallint[], real[], smallint[]);
ALTER TABLE reading_wide DROP COLUMN q;
CREATE VIEW reading AS
    SELECT c.id AS channel_id, r.device_id, c.key, r.ts, r.received_at, r.v[c.rank] AS value
    FROM reading_wide r
    JOIN monitoring_channel c ON c.device_id = r.device_id
    WHERE r.v[c.rank] IS NOT NULL AND r.v[c.rank] <> 'NaN'::real;
"""


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0002_readings")]
    operations = [
        migrations.RunSQL(FORWARD.replace("{zone}", settings.TIME_ZONE.replace("'", "")), BACKWARD),
        migrations.CreateModel(
            name="SealedDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False, verbose_name="日期")),
                ("sealed_at", models.DateTimeField(null=True, verbose_name="封存时间")),
                ("readings", models.BigIntegerField(default=0, verbose_name="读数")),
                ("channels", models.IntegerField(default=0, verbose_name="通道数")),
                ("merged", models.BigIntegerField(default=0, verbose_name="后补读数")),
                ("duplicates", models.BigIntegerField(default=0, verbose_name="重复读数")),
                ("runs", models.IntegerField(default=0, verbose_name="封存次数")),
                ("upto_device", models.IntegerField(default=0)),
                ("fault", models.CharField(blank=True, default="", max_length=300, verbose_name="未能封存的原因")),
            ],
            options={"verbose_name": "封存日", "ordering": ["-day"]},
        ),
    ]
