"""What the witnesses signed before anybody committed is evidence too."""

from __future__ import annotations

from django.db import migrations

TABLE = "evaluation_witnessedmanifest"


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"CREATE TRIGGER evidence BEFORE UPDATE OR DELETE ON {TABLE} "
            "FOR EACH ROW EXECUTE FUNCTION evaluation_deny()"
        )
        schema_editor.execute(
            f"CREATE TRIGGER evidence_truncate BEFORE TRUNCATE ON {TABLE} "
            "FOR EACH STATEMENT EXECUTE FUNCTION evaluation_deny()"
        )
        return
    for event in ("UPDATE", "DELETE"):
        schema_editor.execute(
            f"CREATE TRIGGER {TABLE}_{event.lower()} BEFORE {event} ON {TABLE} "
            "BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END"
        )


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP TRIGGER evidence ON {TABLE}")
        schema_editor.execute(f"DROP TRIGGER evidence_truncate ON {TABLE}")
        return
    schema_editor.execute(f"DROP TRIGGER {TABLE}_update")
    schema_editor.execute(f"DROP TRIGGER {TABLE}_delete")


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0005_witnessed_manifests")]
    operations = [migrations.RunPython(guard, unguard)]
