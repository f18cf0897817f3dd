"""How tags and artefacts of each repository stand, counted once for what is there already."""

from django.db import migrations

COUNT = """
    INSERT INTO verdicts_repositorycount
        (repository_id, source_id,
        tags, tags_signed, tags_trusted, tags_failing, tags_unknown,
        digests, digests_signed, digests_trusted, digests_failing, digests_unknown)
    SELECT r.id, r.source_id,
        SUM(x.tags), SUM(x.tags * x.is_signed), SUM(CASE WHEN x.state = 't' THEN x.tags ELSE 0 END),
        SUM(CASE WHEN x.state = 'f' THEN x.tags ELSE 0 END),
        SUM(CASE WHEN x.state = 'u' THEN x.tags ELSE 0 END),
        SUM(x.held), SUM(x.held * x.is_signed), SUM(CASE WHEN x.state = 't' THEN x.held ELSE 0 END),
        SUM(CASE WHEN x.state = 'f' THEN x.held ELSE 0 END),
        SUM(CASE WHEN x.state = 'u' THEN x.held ELSE 0 END)
    FROM (
        SELECT u.repository_id, u.tags, u.held,
            CASE WHEN EXISTS (
                SELECT 1 FROM images_imagesignature g
                WHERE g.subject_digest = u.digest AND g.repository_id = u.repository_id
            ) THEN 1 ELSE 0 END AS is_signed,
            CASE
                WHEN s.trust_state IN ('verified', 'expires_soon') THEN 't'
                WHEN s.trust_state = 'failing' THEN 'f'
                WHEN s.trust_state IS NULL OR s.trust_state = 'could_not_check' THEN 'u'
                WHEN s.trust_state = 'inherited' AND EXISTS (
                    SELECT 1 FROM images_platform p
                    JOIN images_manifest m ON m.id = p.index_id
                    JOIN verdicts_artefactstanding i
                        ON i.repository_id = m.repository_id AND i.digest = m.digest
                    WHERE p.digest = u.digest AND m.repository_id = u.repository_id
                        AND i.trust_state IN ('verified', 'expires_soon')
                ) THEN 't'
                ELSE '' END AS state
        FROM (
            SELECT t.repository_id, v.digest, COUNT(*) AS tags, 0 AS held
            FROM images_tag t JOIN images_tagmove v ON v.id = t.move_id
            WHERE NOT t.is_helper AND t.gone_at IS NULL
            GROUP BY t.repository_id, v.digest
            UNION ALL
            SELECT h.repository_id, h.digest, 0, 1 FROM verdicts_artefactstanding h
        ) u
        LEFT JOIN verdicts_artefactstanding s
            ON s.repository_id = u.repository_id AND s.digest = u.digest
    ) x
    JOIN images_imagerepository r ON r.id = x.repository_id
    GROUP BY r.id, r.source_id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("verdicts", "0007_counts_of_repositories"),
    ]

    operations = [migrations.RunSQL(COUNT, migrations.RunSQL.noop, elidable=True)]
