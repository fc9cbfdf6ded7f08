"""Another interested party says what its interest in the result is."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('supervision', '0001_objections'),
    ]

    operations = [
        migrations.AddField(
            model_name='objection',
            name='interest',
            field=models.TextField(blank=True),
        ),
    ]
