"""Generated repositories, judged by this project and by python-tuf 7.0.1: the same, or by rule."""

import logging
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from itertools import batched
from pathlib import Path

import pytest

from tests.differential.compare import Difference, compare
from tests.differential.generator import generate
from tests.differential.rules import RULES, rule_for

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
ORDINARY = range(500)
SOAK = range(20_000)
