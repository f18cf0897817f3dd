import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("images", "0002_projections"),
    ]

    operations = [
        migrations.CreateModel(
            name="PastLook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=140)),
                ("changed_at", models.DateTimeField()),
                ("crawl_id", models.BigIntegerField()),
                ("is_complete", models.BooleanField()),
                ("places", models.JSONField(default=list)),
                ("answers", models.JSONField(default=list)),
                ("evidence", models.CharField(max_length=64)),
                ("index_digest", models.CharField(blank=True, max_length=140)),
                (
                    "repository",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="past_looks",
                        to="images.imagerepository",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("repository", "digest", "evidence"),
                        name="one_past_look_of_an_evidence",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="identity",
            index=models.Index(fields=["subject", "id"], name="identities_by_subject"),
        ),
    ]
