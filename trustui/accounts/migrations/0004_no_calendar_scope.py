from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def end_calendar_tokens(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """They opened nothing: calendars have links of their own (`accounts.Calendar`)."""
    tokens = apps.get_model("accounts", "ApiToken").objects
    tokens.using(editor.connection.alias).filter(scope="calendar").delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_calendars"),
    ]

    operations = [
        migrations.RunPython(end_calendar_tokens, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name="apitoken",
            name="scope",
            field=models.CharField(
                choices=[("read", "read"), ("act", "read and act")], max_length=10
            ),
        ),
    ]
