"""One more kind of notice: that an announced award fell."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('trading', '0004_failure_decision'),
    ]

    operations = [
        migrations.AlterField(
            model_name='notice',
            name='code',
            field=models.CharField(choices=[('PLAN', 'PLAN'), ('PREQ', 'PREQ'), ('NOTICE', 'NOTICE'), ('AMEND', 'AMEND'), ('SUSPEND', 'SUSPEND'), ('RESUME', 'RESUME'), ('OPENING', 'OPENING'), ('CANDIDATE', 'CANDIDATE'), ('AWARD', 'AWARD'), ('AWARD_LETTER', 'AWARD_LETTER'), ('AWARD_FELL', 'AWARD_FELL'), ('FAIL', 'FAIL'), ('TERMINATE', 'TERMINATE'), ('CONTRACT', 'CONTRACT'), ('CONTRACT_CHANGE', 'CONTRACT_CHANGE'), ('PERFORM', 'PERFORM'), ('OBJECTION', 'OBJECTION')], max_length=20),
        ),
    ]
