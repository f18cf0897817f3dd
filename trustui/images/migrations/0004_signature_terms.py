import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("images", "0003_past_looks"),
        ("inventory", "0003_registries"),
    ]

    operations = [
        migrations.CreateModel(
            name="SignatureTerm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("certificate", "certificate"),
                            ("trusted_root", "trusted_root"),
                            ("signature", "signature"),
                        ],
                        max_length=20,
                    ),
                ),
                ("what", models.CharField(max_length=100)),
                ("title", models.CharField(max_length=300)),
                ("fingerprint", models.CharField(blank=True, max_length=64)),
                ("begins_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField()),
                ("position", models.PositiveIntegerField()),
                ("subject_digest", models.CharField(max_length=140)),
                ("is_in_force", models.BooleanField(default=False)),
                (
                    "manifest",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="terms",
                        to="images.manifest",
                    ),
                ),
                (
                    "repository",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="signature_terms",
                        to="images.imagerepository",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="signature_terms",
                        to="inventory.source",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_in_force", True)),
                        fields=["expires_at", "id"],
                        name="signature_expiry",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("manifest", "position"), name="one_term_per_layer"
                    )
                ],
            },
        ),
    ]
