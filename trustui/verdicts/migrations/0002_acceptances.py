"""Accepted findings, and findings by when they were first seen and ended."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0001_initial"),
        ("verdicts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Acceptance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("check_id", models.CharField(max_length=100)),
                ("on_id", models.CharField(max_length=64)),
                ("severity", models.CharField(max_length=10)),
                ("reason", models.TextField()),
                ("by_name", models.CharField(max_length=200)),
                ("accepted_at", models.DateTimeField()),
                ("until", models.DateField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(
                condition=models.Q(("gone_at__isnull", True)),
                fields=["-first_seen_at", "-id"],
                name="open_findings_newest",
            ),
        ),
        migrations.AddIndex(
            model_name="finding",
            index=models.Index(
                condition=models.Q(("gone_at__isnull", False)),
                fields=["-gone_at", "-id"],
                name="ended_findings_newest",
            ),
        ),
        migrations.AddField(
            model_name="acceptance",
            name="source",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="acceptances",
                to="inventory.source",
            ),
        ),
        migrations.AddIndex(
            model_name="acceptance",
            index=models.Index(
                fields=["source", "check_id", "on_id"], name="acceptances_of_finding"
            ),
        ),
        migrations.AddConstraint(
            model_name="acceptance",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("source", "check_id", "on_id"),
                name="one_acceptance_of_a_finding",
            ),
        ),
    ]
