"""What a person signed is evidence: it is neither changed, deleted nor emptied away, on both databases."""

from __future__ import annotations

from django.db import migrations

TABLE = "accounts_personsignature"
POSTGRESQL = [
    "CREATE FUNCTION accounts_deny() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'evidence is append-only'; END $$",
    f"CREATE TRIGGER evidence BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION accounts_deny()",
    f"CREATE TRIGGER evidence_truncate BEFORE TRUNCATE ON {TABLE} "
    "FOR EACH STATEMENT EXECUTE FUNCTION accounts_deny()",
]
SQLITE = [
    f"CREATE TRIGGER {TABLE}_{event.lower()} BEFORE {event} ON {TABLE} "
    "BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END"
    for event in ("UPDATE", "DELETE")
]


def guard(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP TRIGGER evidence ON {TABLE}")
        schema_editor.execute(f"DROP TRIGGER evidence_truncate ON {TABLE}")
        schema_editor.execute("DROP FUNCTION accounts_deny()")
        return
    for event in ("update", "delete"):
        schema_editor.execute(f"DROP TRIGGER {TABLE}_{event}")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_passkeys")]
    operations = [migrations.RunPython(guard, unguard)]
