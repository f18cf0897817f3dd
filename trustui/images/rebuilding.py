"""Making every projection of artefacts again from stored bytes, and from what hung where."""

# ruff: noqa: S608  names of tables come from the models

from collections.abc import Callable, Iterator
from typing import TypeAlias

from django.db import models, transaction

from trustui.core.limits import MIB
from trustui.images.models import (
    Certificate,
    Identity,
    ImageSignature,
    Manifest,
    Platform,
    RepositorySigner,
    SignatureTerm,
)
from trustui.images.projecting import project
from trustui.images.terms import mark_all_in_force
from trustui.inventory import sql
from trustui.inventory.rebuilding import hold_recorders

Progress: TypeAlias = Callable[[int, int, str], object]
"""Hears how far a rebuild is: manifests done, of how many, what is at hand."""

PROJECTIONS: tuple[type[models.Model], ...] = (
    SignatureTerm,
    RepositorySigner,
    ImageSignature,
    Certificate,
    Identity,
    Platform,
)
"""What is deleted, each before what it points to."""

AT_ONCE = 500
"""Manifests of one batch, unless their bytes are more than these:"""
BYTES_AT_ONCE = 64 * MIB


def rebuild_images(progress: Progress = lambda *_: None) -> int:
    """Delete all projections and make them again; gives the number of manifests.

    One transaction with bounded memory; recorders wait as for `inventory.rebuilding.rebuild`.
    """
    with transaction.atomic():
        hold_recorders()
        for model in PROJECTIONS:
            sql.execute(f"DELETE FROM {sql.table(model)}")
        total = Manifest.objects.count()
        done = 0
        for batch in _batches():
            project(batch)
            done += len(batch)
            progress(done, total, "manifests")
        mark_all_in_force()
    return total


def _batches() -> Iterator[list[int]]:
    batch: list[int] = []
    size = 0
    rows = Manifest.objects.order_by("pk").values_list("pk", "size")
    for pk, own in rows.iterator(chunk_size=10_000):
        if batch and (len(batch) >= AT_ONCE or size + own > BYTES_AT_ONCE):
            yield batch
            batch, size = [], 0
        batch.append(pk)
        size += own
    if batch:
        yield batch
