"""What belongs to a draw is evidence: neither changed nor deleted, on both databases; a draw changes its course only."""

from __future__ import annotations

from django.db import migrations

FROZEN = (
    "evaluation_vrfkey",
    "evaluation_drawcandidate",
    "evaluation_drawcommit",
    "evaluation_drawreveal",
    "evaluation_drawrelease",
    "evaluation_drawresult",
    "evaluation_drawrefusal",
)
DRAW = "evaluation_draw"
FIXED = ("lot_id", "ordinal", "purpose", "label", "pick", "prepared_at", "prepared_by")
PUBLISHED = ("document", "digest", "entry_id", "published_at")  # set once, with the manifest

_CHANGED = "({}) IS DISTINCT FROM ({}) OR (OLD.digest <> '' AND ({}) IS DISTINCT FROM ({}))".format(
    ", ".join(f"NEW.{column}" for column in FIXED),
    ", ".join(f"OLD.{column}" for column in FIXED),
    ", ".join(f"NEW.{column}" for column in PUBLISHED),
    ", ".join(f"OLD.{column}" for column in PUBLISHED),
)
POSTGRESQL = [
    "CREATE FUNCTION evaluation_deny() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'evidence is append-only'; END $$",
    *(
        f"CREATE TRIGGER evidence BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION evaluation_deny()"
        for table in FROZEN
    ),
    f"CREATE TRIGGER evidence_delete BEFORE DELETE ON {DRAW} FOR EACH ROW EXECUTE FUNCTION evaluation_deny()",
    f"CREATE TRIGGER evidence_update BEFORE UPDATE ON {DRAW} "
    f"FOR EACH ROW WHEN ({_CHANGED}) EXECUTE FUNCTION evaluation_deny()",
    *(
        f"CREATE TRIGGER evidence_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION evaluation_deny()"
        for table in (*FROZEN, DRAW)
    ),
]
_DIFFERS = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in FIXED)
_PUBLISHED_DIFFERS = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in PUBLISHED)
SQLITE = [
    *(
        f"CREATE TRIGGER {table}_{event.lower()} BEFORE {event} ON {table} "
        "BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END"
        for table in FROZEN
        for event in ("UPDATE", "DELETE")
    ),
    f"CREATE TRIGGER {DRAW}_delete BEFORE DELETE ON {DRAW} "
    "BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END",
    f"CREATE TRIGGER {DRAW}_update BEFORE UPDATE ON {DRAW} "
    f"WHEN {_DIFFERS} OR (OLD.digest <> '' AND ({_PUBLISHED_DIFFERS})) "
    "BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END",
]


def guard(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in FROZEN:
            schema_editor.execute(f"DROP TRIGGER evidence ON {table}")
        for table in (*FROZEN, DRAW):
            schema_editor.execute(f"DROP TRIGGER evidence_truncate ON {table}")
        schema_editor.execute(f"DROP TRIGGER evidence_delete ON {DRAW}")
        schema_editor.execute(f"DROP TRIGGER evidence_update ON {DRAW}")
        schema_editor.execute("DROP FUNCTION evaluation_deny()")
        return
    for table in (*FROZEN, DRAW):
        schema_editor.execute(f"DROP TRIGGER {table}_update")
        schema_editor.execute(f"DROP TRIGGER {table}_delete")


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0003_draws")]
    operations = [migrations.RunPython(guard, unguard)]
