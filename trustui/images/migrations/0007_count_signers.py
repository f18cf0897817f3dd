"""Who signs in which repository, and subjects as a search compares them, of what is there already."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

COUNT = """
    INSERT INTO images_repositorysigner
        (repository_id, source_id, identity_id, signatures, first_at, newest_at)
    SELECT s.repository_id, r.source_id, s.identity_id,
        COUNT(*), MIN(m.first_seen_at), MAX(m.first_seen_at)
    FROM images_imagesignature s
    JOIN images_manifest m ON m.id = s.manifest_id
    JOIN images_imagerepository r ON r.id = s.repository_id
    WHERE s.identity_id IS NOT NULL
    GROUP BY s.repository_id, r.source_id, s.identity_id
"""
AT_ONCE = 500


def fold_subjects(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Databases fold by rules of their own."""
    identities = apps.get_model("images", "Identity").objects.using(editor.connection.alias)
    last = 0
    while some := list(identities.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        for one in some:
            one.folded = one.subject.casefold()
        identities.bulk_update(some, ["folded"])
        last = some[-1].pk


class Migration(migrations.Migration):
    dependencies = [
        ("images", "0006_signers_of_repositories"),
    ]

    operations = [
        migrations.RunPython(fold_subjects, migrations.RunPython.noop, elidable=True),
        migrations.RunSQL(COUNT, migrations.RunSQL.noop, elidable=True),
    ]
