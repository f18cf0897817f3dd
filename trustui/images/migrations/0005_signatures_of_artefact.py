from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("images", "0004_signature_terms"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="imagesignature",
            index=models.Index(
                fields=["subject_digest", "repository"], name="signatures_of_artefact"
            ),
        ),
        migrations.RemoveIndex(model_name="imagesignature", name="signatures_of_digest"),
    ]
