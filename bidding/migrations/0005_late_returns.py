"""A deposit that goes back late keeps for how many days and with which interest (87号令 38)."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bidding", "0004_longer_forfeit_ground")]
    operations = [
        migrations.AddField(
            model_name="deposit",
            name="late_days",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="deposit",
            name="late_interest",
            field=models.DecimalField(decimal_places=2, max_digits=20, null=True),
        ),
    ]
