"""Search by any part of name, code or pinyin initials; find by place from the index."""

from django.db import migrations

SQL = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
ALTER TABLE projects_project ADD COLUMN bbox box;
CREATE INDEX project_by_place ON projects_project USING gist (bbox);
CREATE INDEX project_by_name ON projects_project USING gin (name gin_trgm_ops);
CREATE INDEX project_by_pinyin ON projects_project USING gin (name_pinyin gin_trgm_ops);
CREATE INDEX project_by_code_part ON projects_project USING gin (code gin_trgm_ops);
"""

UNDO = """
DROP INDEX project_by_code_part; DROP INDEX project_by_pinyin; DROP INDEX project_by_name;
DROP INDEX project_by_place;
ALTER TABLE projects_project DROP COLUMN bbox;
"""


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_initial"), ("core", "0002_append_only")]
    operations = [migrations.RunSQL(SQL, UNDO)]
