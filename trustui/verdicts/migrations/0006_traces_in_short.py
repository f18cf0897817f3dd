"""What pages show of very long traces."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("verdicts", "0005_revocation"),
    ]

    operations = [
        migrations.CreateModel(
            name="TraceInShort",
            fields=[
                (
                    "verdict",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="in_short",
                        serialize=False,
                        to="verdicts.verdict",
                    ),
                ),
                ("body", models.BinaryField()),
            ],
        ),
    ]
