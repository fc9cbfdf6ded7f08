"""No person runs the platform and acts in tenders: the last guard of ``accounts.pairs``, on both databases."""

from __future__ import annotations

from django.db import migrations

_CLASH = """
    EXISTS (
        SELECT 1 FROM accounts_membership AS held
        WHERE held.user_id = NEW.user_id AND held.until IS NULL AND held.id <> NEW.id
        AND (held.role = 'CENTER') <> (NEW.role = 'CENTER') AND held.role <> 'AUDIT' AND NEW.role <> 'AUDIT'
    )
"""
POSTGRESQL = [
    # The person's row is locked first: of two that come at once, the second sees what the first has written.
    f"""CREATE FUNCTION accounts_pair() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM 1 FROM accounts_user WHERE id = NEW.user_id FOR NO KEY UPDATE;
        IF {_CLASH} THEN
            RAISE EXCEPTION 'who runs the platform acts in no tender' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END $$""",
    "CREATE TRIGGER pair BEFORE INSERT OR UPDATE OF user_id, role, until ON accounts_membership "
    "FOR EACH ROW WHEN (NEW.until IS NULL) EXECUTE FUNCTION accounts_pair()",
]
SQLITE = [
    f"CREATE TRIGGER accounts_pair_{event.split()[0].lower()} BEFORE {event} ON accounts_membership "
    f"WHEN NEW.until IS NULL AND {_CLASH.replace('held.id <> NEW.id', 'held.id IS NOT NEW.id')} "
    "BEGIN SELECT RAISE(ABORT, 'who runs the platform acts in no tender'); END"
    for event in ("INSERT", "UPDATE OF user_id, role, until")
]


def guard(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement)


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER pair ON accounts_membership")
        schema_editor.execute("DROP FUNCTION accounts_pair()")
        return
    schema_editor.execute("DROP TRIGGER accounts_pair_insert")
    schema_editor.execute("DROP TRIGGER accounts_pair_update")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_people")]
    operations = [migrations.RunPython(guard, unguard)]
