"""The log is append-only, whoever writes to the database."""

from django.db import migrations

from trustui.events import triggers


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]
    operations = [migrations.RunPython(triggers.install, triggers.remove, elidable=False)]
