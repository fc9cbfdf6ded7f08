"""Receipts with their proof in the log, and the checkpoint under which a close counts; both are evidence.

What they replace, the acknowledgement, was the platform's signature over a seal and its entry: both are still here,
and the receipt that is made of them when somebody asks says more.
"""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

FROZEN = ("bidding_receipt", "bidding_witnessedclose")


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in FROZEN:
            schema_editor.execute(
                f"CREATE TRIGGER evidence BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION bidding_deny()"
            )
            schema_editor.execute(
                f"CREATE TRIGGER evidence_truncate BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION bidding_deny()"
            )
        return
    for table in FROZEN:
        for event in ("UPDATE", "DELETE"):
            schema_editor.execute(
                f"CREATE TRIGGER {table}_{event.lower()} BEFORE {event} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'evidence is append-only'); END"
            )


def unguard(apps, schema_editor):
    for table in FROZEN:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER evidence ON {table}")
            schema_editor.execute(f"DROP TRIGGER evidence_truncate ON {table}")
            continue
        for event in ("update", "delete"):
            schema_editor.execute(f"DROP TRIGGER {table}_{event}")


class Migration(migrations.Migration):
    dependencies = [("core", "0004_log_append_only"), ("bidding", "0005_late_returns")]
    operations = [
        migrations.DeleteModel(name="Acknowledgement"),
        migrations.AddField(
            model_name="seal",
            name="withdrawal_entry",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="core.outboxentry",
            ),
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_witnessed", models.BooleanField()),
                ("number", models.CharField(max_length=64)),
                ("document", models.BinaryField()),
                ("note", models.TextField()),
                ("made_at", models.DateTimeField()),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.outboxentry"
                    ),
                ),
                (
                    "seal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="receipts", to="bidding.seal"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("entry", "is_witnessed"), name="one_receipt_of_each_kind_for_an_entry"
                    ),
                    models.UniqueConstraint(fields=("number", "is_witnessed"), name="a_number_names_one_entry"),
                ],
            },
        ),
        migrations.CreateModel(
            name="WitnessedClose",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("note", models.TextField()),
                ("kept_at", models.DateTimeField()),
                (
                    "checkpoint",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.logcheckpoint"
                    ),
                ),
                (
                    "close",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="witnessed", to="bidding.close"
                    ),
                ),
            ],
        ),
        migrations.RunPython(guard, unguard),
    ]
