"""An award that falls keeps the ground that was chosen, not only the words."""

from __future__ import annotations

from django.db import migrations, models


def as_it_was_said(apps, schema_editor):
    """Until now the next award said of every fallen one that the candidate gave up."""
    fallen = apps.get_model("trading", "Award").objects.filter(fell_at__isnull=False)
    fallen.update(fell_ground="gave_up")


class Migration(migrations.Migration):
    dependencies = [("trading", "0001_projects")]
    operations = [
        migrations.AddField(
            model_name="award",
            name="fell_ground",
            field=models.CharField(blank=True, default="", max_length=40),
            preserve_default=False,
        ),
        migrations.RunPython(as_it_was_said, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="award",
            constraint=models.CheckConstraint(
                condition=models.Q(("fell_at", None), ("fell_ground", ""))
                | (models.Q(("fell_at__isnull", False)) & ~models.Q(("fell_ground", ""))),
                name="award_falls_for_a_ground",
            ),
        ),
    ]
