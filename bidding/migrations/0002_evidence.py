"""What was handed in is evidence: it is neither changed nor deleted, on both databases; a seal changes its state only."""

from __future__ import annotations

from django.db import migrations

FROZEN = ("bidding_close", "bidding_release", "bidding_acknowledgement")
SEAL = ("digest", "lot_id", "bidder_id", "cid", "document", "note", "received_at", "replaces_id", "entry_id")

_CHANGED = "({}) IS DISTINCT FROM ({})".format(
    ", ".join(f"NEW.{column}" for column in SEAL), ", ".join(f"OLD.{column}" for column in SEAL)
)
POSTGRESQL = [
    "CREATE FUNCTION bidding_deny() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'evidence is append-only'; END $$",
    *(
        f"CREATE TRIGGER evidence BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION bidding_deny()"
        for table in FROZEN
    ),
    "CREATE TRIGGER evidence_delete BEFORE DELETE ON bidding_seal FOR EACH ROW EXECUTE FUNCTION bidding_deny()",
    "CREATE TRIGGER evidence_update BEFORE UPDATE ON bidding_seal "
    f"FOR EACH ROW WHEN ({_CHANGED}) EXECUTE FUNCTION bidding_deny()",
]
_DIFFERS = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in SEAL)
SQLITE = [
    *(
        f"CREATE TRIGGER {table}_{event.lower()} BEFORE {event} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END"
        for table in FROZEN
        for event in ("UPDATE", "DELETE")
    ),
    "CREATE TRIGGER bidding_seal_delete BEFORE DELETE ON bidding_seal "
    "BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END",
    f"CREATE TRIGGER bidding_seal_update BEFORE UPDATE ON bidding_seal WHEN {_DIFFERS} "
    "BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END",
]


def guard(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in FROZEN:
            schema_editor.execute(f"DROP TRIGGER evidence ON {table}")
        schema_editor.execute("DROP TRIGGER evidence_delete ON bidding_seal")
        schema_editor.execute("DROP TRIGGER evidence_update ON bidding_seal")
        schema_editor.execute("DROP FUNCTION bidding_deny()")
        return
    for table in FROZEN:
        schema_editor.execute(f"DROP TRIGGER {table}_update")
        schema_editor.execute(f"DROP TRIGGER {table}_delete")
    schema_editor.execute("DROP TRIGGER bidding_seal_delete")
    schema_editor.execute("DROP TRIGGER bidding_seal_update")


class Migration(migrations.Migration):
    dependencies = [("bidding", "0001_bids")]
    operations = [migrations.RunPython(guard, unguard)]
