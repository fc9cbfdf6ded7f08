"""The outbox is append-only by trigger on both databases; the rows that exist once are made."""

from __future__ import annotations

from django.db import migrations

POSTGRESQL = """
CREATE FUNCTION tlog_deny() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'append-only table'; END $$;
CREATE FUNCTION tlog_outbox_guard() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF OLD.idx IS NOT NULL OR NEW.idx IS NULL
     OR (NEW.id, NEW.seq, NEW.entry, NEW.at, NEW.event, NEW.tender, NEW.actor)
        IS DISTINCT FROM (OLD.id, OLD.seq, OLD.entry, OLD.at, OLD.event, OLD.tender, OLD.actor)
  THEN RAISE EXCEPTION 'append-only table'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ro BEFORE DELETE ON tlog_outbox FOR EACH ROW EXECUTE FUNCTION tlog_deny();
CREATE TRIGGER rt BEFORE TRUNCATE ON tlog_outbox FOR EACH STATEMENT EXECUTE FUNCTION tlog_deny();
CREATE TRIGGER ru BEFORE UPDATE ON tlog_outbox FOR EACH ROW EXECUTE FUNCTION tlog_outbox_guard();
"""

SQLITE = [
    """CREATE TRIGGER outbox_delete BEFORE DELETE ON tlog_outbox
       BEGIN SELECT RAISE(ABORT, 'append-only table'); END""",
    """CREATE TRIGGER outbox_update BEFORE UPDATE ON tlog_outbox
       WHEN OLD.idx IS NOT NULL OR NEW.idx IS NULL OR NEW.id IS NOT OLD.id OR NEW.seq IS NOT OLD.seq
         OR NEW.entry IS NOT OLD.entry OR NEW.at IS NOT OLD.at OR NEW.event IS NOT OLD.event
         OR NEW.tender IS NOT OLD.tender OR NEW.actor IS NOT OLD.actor
       BEGIN SELECT RAISE(ABORT, 'append-only table'); END""",
]


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)
    else:
        for statement in SQLITE:
            schema_editor.execute(statement)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "DROP TRIGGER ro ON tlog_outbox; DROP TRIGGER rt ON tlog_outbox; DROP TRIGGER ru ON tlog_outbox;"
            "DROP FUNCTION tlog_deny(); DROP FUNCTION tlog_outbox_guard();"
        )
    else:
        schema_editor.execute("DROP TRIGGER outbox_delete")
        schema_editor.execute("DROP TRIGGER outbox_update")


def make_rows(apps, schema_editor):
    apps.get_model("core", "ClockGuard").objects.get_or_create(id=1)


class Migration(migrations.Migration):
    dependencies = [("core", "0001_outbox")]
    operations = [
        migrations.RunPython(guard, unguard),
        migrations.RunPython(make_rows, migrations.RunPython.noop),
    ]
