"""``no_performance_security`` has 23 letters: PostgreSQL holds to lengths."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bidding", "0003_evidence_truncate")]
    operations = [
        migrations.AlterField(
            model_name="deposit",
            name="forfeit_ground",
            field=models.CharField(blank=True, max_length=40),
        ),
    ]
