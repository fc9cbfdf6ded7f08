"""The log's own tables are append-only by trigger on both databases; the head may grow and is never removed."""

from __future__ import annotations

from django.db import migrations

FROZEN = ("tlog_leaf", "tlog_checkpoint", "tlog_cosignature", "tlog_timestamp")

POSTGRESQL = [
    *(
        f"CREATE TRIGGER ro BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION tlog_deny()"
        for table in FROZEN
    ),
    *(f"CREATE TRIGGER rt BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION tlog_deny()" for table in FROZEN),
    "CREATE TRIGGER ro BEFORE DELETE ON tlog_head FOR EACH ROW EXECUTE FUNCTION tlog_deny()",
    "CREATE TRIGGER rt BEFORE TRUNCATE ON tlog_head FOR EACH STATEMENT EXECUTE FUNCTION tlog_deny()",
    "CREATE TRIGGER ru BEFORE UPDATE ON tlog_head FOR EACH ROW WHEN (NEW.size < OLD.size) EXECUTE FUNCTION tlog_deny()",
]
SQLITE = [
    *(
        f"CREATE TRIGGER {table}_{event.lower()} BEFORE {event} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'append-only table'); END"
        for table in FROZEN
        for event in ("UPDATE", "DELETE")
    ),
    "CREATE TRIGGER tlog_head_delete BEFORE DELETE ON tlog_head BEGIN SELECT RAISE(ABORT, 'append-only table'); END",
    "CREATE TRIGGER tlog_head_update BEFORE UPDATE ON tlog_head WHEN NEW.size < OLD.size "
    "BEGIN SELECT RAISE(ABORT, 'append-only table'); END",
]


def guard(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in (*FROZEN, "tlog_head"):
            schema_editor.execute(f"DROP TRIGGER ro ON {table}")
            schema_editor.execute(f"DROP TRIGGER rt ON {table}")
        schema_editor.execute("DROP TRIGGER ru ON tlog_head")
        return
    for table in (*FROZEN, "tlog_head"):
        for event in ("update", "delete"):
            schema_editor.execute(f"DROP TRIGGER {table}_{event}")


def make_head(apps, schema_editor):
    apps.get_model("core", "LogHead").objects.get_or_create(id=1)


class Migration(migrations.Migration):
    dependencies = [("core", "0003_log")]
    operations = [
        migrations.RunPython(make_head, migrations.RunPython.noop),
        migrations.RunPython(guard, unguard),
    ]
