from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("policies", "0004_notation")]

    operations = [
        migrations.AddField(
            model_name="imagepolicyversion",
            name="removed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="imagepolicyversion",
            name="removed_because",
            field=models.TextField(blank=True, db_default=""),
        ),
        migrations.AddField(
            model_name="imagepolicyversion",
            name="removed_by_name",
            field=models.CharField(blank=True, db_default="", max_length=200),
        ),
    ]
