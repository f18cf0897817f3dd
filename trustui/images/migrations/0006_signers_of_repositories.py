import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("images", "0005_signatures_of_artefact"),
        ("inventory", "0003_registries"),
    ]

    operations = [
        migrations.AddField(
            model_name="identity",
            name="folded",
            field=models.TextField(default=""),
        ),
        migrations.CreateModel(
            name="RepositorySigner",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("signatures", models.PositiveIntegerField()),
                ("first_at", models.DateTimeField()),
                ("newest_at", models.DateTimeField()),
                (
                    "identity",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="repositories",
                        to="images.identity",
                    ),
                ),
                (
                    "repository",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="signers",
                        to="images.imagerepository",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="signers",
                        to="inventory.source",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("identity", "repository"), name="one_row_per_signer"
                    )
                ],
            },
        ),
    ]
