"""PostgreSQL empties a table past the triggers of its rows; evidence is not emptied. SQLite has no such statement."""

from __future__ import annotations

from django.db import migrations

EVIDENCE = ("bidding_close", "bidding_release", "bidding_acknowledgement", "bidding_seal")


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in EVIDENCE:
            schema_editor.execute(
                f"CREATE TRIGGER evidence_truncate BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION bidding_deny()"
            )


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in EVIDENCE:
            schema_editor.execute(f"DROP TRIGGER evidence_truncate ON {table}")


class Migration(migrations.Migration):
    dependencies = [("bidding", "0002_evidence")]
    operations = [migrations.RunPython(guard, unguard)]
