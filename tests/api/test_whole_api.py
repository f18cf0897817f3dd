"""Requests made from the OpenAPI document itself, right and wrong ones: none may break anything."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.scale import so_many
from tests.simulators.people import Cast
from trustui.accounts.models import Scope
from trustui.accounts.tokens import make_token
from trustui.api.schema import document
from trustui.wsgi import application

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


def fuzz(cast: Cast, cases: int) -> Counter[int]:
    """So many requests, shared out among operations and kinds; gives the statuses."""
    token, text = make_token(
        owner=cast.own.administrator,
        name="fuzzing",
        scope=Scope.ACT,
        expires_at=datetime.now(UTC) + timedelta(days=1),
        now=datetime.now(UTC),
    )
    examples = {**cast.own.examples, "token_id": token.pk}
    headers = {"Authorization": f"Bearer {text}"}
    schema: Any = schemathesis.openapi.from_dict(dict(document()))
    operations = [found.ok() for found in schema.get_all_operations()]
    each = -(-cases // (len(operations) * len(MODES)))
    statuses: Counter[int] = Counter()
    with in_one_transaction():
        for operation in operations:
            for mode in MODES:
                _ask(operation, mode, each, examples, headers, statuses)
    return statuses


@contextmanager
def in_one_transaction() -> Iterator[None]:
    """As Django's test client: requests do not close the connection of the test."""
    ends = (request_started, request_finished)
    for one in ends:
        one.disconnect(close_old_connections)
    try:
        yield
    finally:
        for one in ends:
            one.connect(close_old_connections)


def _ask(
    operation: Any,
    mode: GenerationMode,
    cases: int,
    examples: Mapping[str, object],
    headers: Mapping[str, str],
    statuses: Counter[int],
) -> None:
    begin = hashlib.sha256(f"{operation.label} {mode}".encode()).digest()

    @seed(int.from_bytes(begin[:8]))
    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), is_there=st.booleans())
    def one(case: Any, is_there: bool) -> None:
        if is_there and case.path_parameters:
            case.path_parameters.update(
                {name: examples[name] for name in case.path_parameters if name in examples}
            )
        with transaction.atomic():
            answer = case.call(app=application, headers=dict(headers))
            transaction.set_rollback(True)
        statuses[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)

    one()


def break_nothing(cast: Cast, count: int) -> None:
    statuses = fuzz(cast, count)
    print(f"{statuses.total():,} requests: {dict(sorted(statuses.items()))}")
    assert statuses.total() >= count * 3 // 4
    assert statuses[200] > count // 20
    assert statuses[400] > count // 20


@pytest.mark.django_db
def test_right_and_wrong_requests_break_nothing(cast: Cast) -> None:
    break_nothing(cast, so_many(40, 2_000))


@pytest.mark.soak
@pytest.mark.django_db
def test_twenty_thousand_requests_break_nothing(cast: Cast) -> None:
    break_nothing(cast, 20_000)
