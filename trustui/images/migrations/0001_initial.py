import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("inventory", "0003_registries"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImageRepository",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=500)),
                ("name_id", models.CharField(max_length=64)),
                ("full_name", models.CharField(max_length=500)),
                ("first_seen_at", models.DateTimeField()),
                ("looked_at", models.DateTimeField(null=True)),
                (
                    "referrers",
                    models.CharField(
                        choices=[
                            ("unknown", "unknown"),
                            ("offered", "offered"),
                            ("not_offered", "not_offered"),
                        ],
                        default="unknown",
                        max_length=12,
                    ),
                ),
                ("referrers_probed_at", models.DateTimeField(null=True)),
                ("because", models.TextField(blank=True)),
                ("gone_at", models.DateTimeField(null=True)),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="image_repositories",
                        to="inventory.source",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Content",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=140)),
                ("first_seen_at", models.DateTimeField()),
                (
                    "blob",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contents",
                        to="inventory.blob",
                    ),
                ),
                (
                    "repository",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contents",
                        to="images.imagerepository",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Look",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=140)),
                ("looked_at", models.DateTimeField()),
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
                        related_name="looks",
                        to="images.imagerepository",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Manifest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=140)),
                ("served_type", models.CharField(blank=True, max_length=260)),
                ("media_type", models.CharField(blank=True, max_length=260)),
                ("artifact_type", models.CharField(blank=True, max_length=260)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("image", "image"),
                            ("index", "index"),
                            ("signature", "signature"),
                            ("attestation", "attestation"),
                            ("sbom", "sbom"),
                            ("other", "other"),
                        ],
                        max_length=12,
                    ),
                ),
                ("subject_digest", models.CharField(blank=True, max_length=140)),
                ("size", models.PositiveBigIntegerField()),
                ("first_seen_at", models.DateTimeField()),
                (
                    "blob",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="manifests",
                        to="inventory.blob",
                    ),
                ),
                (
                    "repository",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="manifests",
                        to="images.imagerepository",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("artefact_digest", models.CharField(max_length=140)),
                ("subject_digest", models.CharField(max_length=140)),
                ("digest", models.CharField(max_length=140)),
                ("place", models.CharField(max_length=20)),
                ("ordinal", models.PositiveIntegerField(default=0)),
                ("depth", models.PositiveSmallIntegerField()),
                ("is_lost", models.BooleanField()),
                ("because", models.TextField(blank=True)),
                ("first_seen_at", models.DateTimeField()),
                ("last_seen_at", models.DateTimeField()),
                ("gone_at", models.DateTimeField(null=True)),
                (
                    "repository",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attachments",
                        to="images.imagerepository",
                    ),
                ),
                (
                    "manifest",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="attachments",
                        to="images.manifest",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Round",
            fields=[
                (
                    "source",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="inventory.source",
                    ),
                ),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("is_changed", models.BooleanField(default=False)),
                (
                    "crawl",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="inventory.crawl",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Tag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=500)),
                ("name_id", models.CharField(max_length=64)),
                ("is_helper", models.BooleanField(default=False)),
                ("gone_at", models.DateTimeField(null=True)),
                (
                    "repository",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tags",
                        to="images.imagerepository",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TagMove",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ordinal", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=140)),
                ("first_seen_at", models.DateTimeField()),
                ("last_seen_at", models.DateTimeField()),
                ("last_crawl_id", models.BigIntegerField()),
                (
                    "manifest",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="moves",
                        to="images.manifest",
                    ),
                ),
                (
                    "tag",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="moves",
                        to="images.tag",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="tag",
            name="move",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="images.tagmove",
            ),
        ),
        migrations.AddIndex(
            model_name="imagerepository",
            index=models.Index(fields=["full_name"], name="repository_by_full_name"),
        ),
        migrations.AddConstraint(
            model_name="imagerepository",
            constraint=models.UniqueConstraint(
                fields=("source", "name_id"), name="one_row_per_repository"
            ),
        ),
        migrations.AddIndex(
            model_name="content",
            index=models.Index(fields=["blob"], name="content_of_blob"),
        ),
        migrations.AddConstraint(
            model_name="content",
            constraint=models.UniqueConstraint(
                fields=("repository", "digest"), name="one_content_per_digest"
            ),
        ),
        migrations.AddIndex(
            model_name="look",
            index=models.Index(fields=["digest"], name="look_by_digest"),
        ),
        migrations.AddConstraint(
            model_name="look",
            constraint=models.UniqueConstraint(
                fields=("repository", "digest"), name="one_look_per_artefact"
            ),
        ),
        migrations.AddIndex(
            model_name="manifest",
            index=models.Index(fields=["digest"], name="manifest_by_digest"),
        ),
        migrations.AddIndex(
            model_name="manifest",
            index=models.Index(fields=["blob"], name="manifest_of_blob"),
        ),
        migrations.AddConstraint(
            model_name="manifest",
            constraint=models.UniqueConstraint(
                fields=("repository", "digest"), name="one_manifest_per_digest"
            ),
        ),
        migrations.AddIndex(
            model_name="attachment",
            index=models.Index(fields=["digest"], name="attachment_by_digest"),
        ),
        migrations.AddIndex(
            model_name="attachment",
            index=models.Index(fields=["subject_digest"], name="attachment_by_subject"),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.UniqueConstraint(
                fields=(
                    "repository",
                    "artefact_digest",
                    "subject_digest",
                    "digest",
                    "place",
                    "ordinal",
                ),
                name="one_attachment_per_time",
            ),
        ),
        migrations.AddIndex(
            model_name="tagmove",
            index=models.Index(fields=["digest"], name="move_to_digest"),
        ),
        migrations.AddConstraint(
            model_name="tagmove",
            constraint=models.UniqueConstraint(
                fields=("tag", "ordinal"), name="one_move_per_ordinal"
            ),
        ),
        migrations.AddConstraint(
            model_name="tag",
            constraint=models.UniqueConstraint(
                fields=("repository", "name_id"), name="one_row_per_tag"
            ),
        ),
    ]
