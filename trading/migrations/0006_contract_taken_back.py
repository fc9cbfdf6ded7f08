"""A contract that both have not signed may be taken back and drafted anew."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0004_log_append_only'),
        ('trading', '0005_a_notice_that_an_award_fell'),
    ]

    operations = [
        migrations.AddField(
            model_name='contract',
            name='taken_back_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='contract',
            name='taken_back_because',
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name='contract',
            name='taken_back_by',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AlterField(
            model_name='contract',
            name='award',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contracts', to='trading.award'),
        ),
        migrations.AddConstraint(
            model_name='contract',
            constraint=models.CheckConstraint(condition=models.Q(('taken_back_at', None), ('owner_signed_at', None), ('winner_signed_at', None), _connector='OR'), name='signed_contract_is_not_taken_back'),
        ),
        migrations.AddConstraint(
            model_name='contract',
            constraint=models.UniqueConstraint(condition=models.Q(('taken_back_at', None)), fields=('award',), name='one_standing_contract_per_award'),
        ),
    ]
