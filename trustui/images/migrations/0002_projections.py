import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("images", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Identity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("identity_id", models.CharField(max_length=64, unique=True)),
                ("issuer", models.CharField(max_length=500)),
                ("subject", models.CharField(max_length=500)),
            ],
        ),
        migrations.CreateModel(
            name="Certificate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("fingerprint", models.CharField(max_length=64, unique=True)),
                ("subject", models.CharField(max_length=500)),
                ("issuer", models.CharField(max_length=500)),
                ("not_before", models.DateTimeField()),
                ("not_after", models.DateTimeField()),
                (
                    "identity",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="certificates",
                        to="images.identity",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImageSignature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject_digest", models.CharField(max_length=140)),
                ("position", models.PositiveIntegerField()),
                ("content_digest", models.CharField(max_length=140)),
                ("format", models.CharField(max_length=20)),
                ("kind", models.CharField(max_length=12)),
                ("predicate_type", models.CharField(blank=True, max_length=500)),
                ("key_fingerprint", models.CharField(blank=True, max_length=64)),
                ("logged_at", models.DateTimeField(null=True)),
                (
                    "certificate",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="images.certificate",
                    ),
                ),
                (
                    "identity",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="images.identity",
                    ),
                ),
                (
                    "repository",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="signatures",
                        to="images.imagerepository",
                    ),
                ),
                (
                    "manifest",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="signatures",
                        to="images.manifest",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Platform",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=140)),
                ("platform", models.CharField(blank=True, max_length=200)),
                ("is_attestation", models.BooleanField()),
                (
                    "index",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="platforms",
                        to="images.manifest",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FollowedRoot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("material", models.CharField(max_length=200)),
                ("path", models.CharField(max_length=500)),
                ("reason", models.TextField()),
                ("begun_by_name", models.CharField(max_length=200)),
                ("begun_at", models.DateTimeField()),
                ("looked_at", models.DateTimeField(null=True)),
                ("because", models.TextField(blank=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="followed_roots",
                        to="inventory.source",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="followed_roots",
                        to="accounts.team",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=["source"],
                        name="followed_roots_of_source",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("team", "material"),
                        name="one_followed_root_of_a_material",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="certificate",
            index=models.Index(fields=["not_after", "id"], name="certificate_expiry"),
        ),
        migrations.AddIndex(
            model_name="imagesignature",
            index=models.Index(fields=["identity", "-id"], name="signatures_of_identity"),
        ),
        migrations.AddIndex(
            model_name="imagesignature",
            index=models.Index(fields=["key_fingerprint", "-id"], name="signatures_of_key"),
        ),
        migrations.AddIndex(
            model_name="imagesignature",
            index=models.Index(fields=["subject_digest"], name="signatures_of_digest"),
        ),
        migrations.AddConstraint(
            model_name="imagesignature",
            constraint=models.UniqueConstraint(
                fields=("manifest", "position"), name="one_signature_per_layer"
            ),
        ),
        migrations.AddIndex(
            model_name="platform",
            index=models.Index(fields=["digest"], name="platform_by_digest"),
        ),
        migrations.AddConstraint(
            model_name="platform",
            constraint=models.UniqueConstraint(
                fields=("index", "position"), name="one_entry_per_position"
            ),
        ),
    ]
