"""`trustui rebuild`: make everything that is searched again from the stored bytes."""

import argparse

import msgspec
from django.db import transaction

from trustui.core.primitives.text import counted
from trustui.images.rebuilding import rebuild_images
from trustui.inventory.rebuilding import rebuild
from trustui.operate.arguments import add_json, progress, progress_ends, tell
from trustui.policies.terms import rebuild_terms
from trustui.verdicts.image_counting import count_all_repositories


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`rebuild`."""
    parser = verbs.add_parser(
        "rebuild", help="make everything that is searched again from the stored bytes"
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Delete all projections and make them again, in one transaction."""

    def told(done: int, total: int, what: str) -> None:
        progress(f"{done:,} of {total:,} {what}")

    with transaction.atomic():
        rebuilt = rebuild(told)
        manifests = rebuild_images(told)
        count_all_repositories()
        terms = rebuild_terms()
    progress_ends()
    said = (
        f"{counted(rebuilt.documents, 'document')} read, "
        f"{counted(rebuilt.role_versions, 'version')} of {counted(rebuilt.roles, 'role')} made; "
        f"{counted(manifests, 'manifest')} read; "
        f"{counted(terms, 'term')} of trust material made"
    )
    tell(
        arguments, {**msgspec.to_builtins(rebuilt), "manifests": manifests, "terms": terms}, [said]
    )
    return 0
