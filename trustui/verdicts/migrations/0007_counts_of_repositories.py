import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("images", "0006_signers_of_repositories"),
        ("inventory", "0003_registries"),
        ("verdicts", "0006_traces_in_short"),
    ]

    operations = [
        migrations.CreateModel(
            name="RepositoryCount",
            fields=[
                (
                    "repository",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="images.imagerepository",
                    ),
                ),
                ("tags", models.IntegerField(default=0)),
                ("tags_signed", models.IntegerField(default=0)),
                ("tags_trusted", models.IntegerField(default=0)),
                ("tags_failing", models.IntegerField(default=0)),
                ("tags_unknown", models.IntegerField(default=0)),
                ("digests", models.IntegerField(default=0)),
                ("digests_signed", models.IntegerField(default=0)),
                ("digests_trusted", models.IntegerField(default=0)),
                ("digests_failing", models.IntegerField(default=0)),
                ("digests_unknown", models.IntegerField(default=0)),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="image_counts",
                        to="inventory.source",
                    ),
                ),
            ],
        ),
    ]
