"""Events can only be added: the database itself refuses to change or drop one."""

from django.db import migrations

SQL = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE FUNCTION core_event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '事件只能追加，不能修改或删除 (% on core_event)', TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER core_event_no_change BEFORE UPDATE OR DELETE ON core_event
  FOR EACH ROW EXECUTE FUNCTION core_event_is_append_only();
CREATE TRIGGER core_event_no_truncate BEFORE TRUNCATE ON core_event
  FOR EACH STATEMENT EXECUTE FUNCTION core_event_is_append_only();

-- The shared cache: losing it in a crash costs nothing, so it is not written to the log.
CREATE UNLOGGED TABLE core_cache (
  cache_key varchar(255) NOT NULL PRIMARY KEY,
  value text NOT NULL,
  expires timestamp with time zone NOT NULL
);
CREATE INDEX core_cache_expires ON core_cache (expires);
"""

UNDO = """
DROP TABLE core_cache;
DROP TRIGGER core_event_no_truncate ON core_event;
DROP TRIGGER core_event_no_change ON core_event;
DROP FUNCTION core_event_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]
    operations = [migrations.RunSQL(SQL, UNDO)]
