"""The figures that keep the code readable, measured over trustui/ and printed.

Their source is a survey of well-kept projects: no file over 500 lines, no function over 80, half
of all functions under 12 lines, everything annotated, imports at the top.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median

import pytest

PROJECT = Path(__file__).resolve().parent.parent.parent
PACKAGE = PROJECT / "trustui"
MODULES = sorted(PACKAGE.rglob("*.py"))

LONGEST_FILE = 500
LONGEST_FUNCTION = 80
MEDIAN_FUNCTION = 12
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "misc", "common", "manager", "handler", "data"}

IMPORTS_INSIDE_FUNCTIONS: dict[str, str] = {}
"""Module -> the reason why it imports inside a function. Empty is best."""

WITHOUT_A_TEST_FILE_OF_ITS_OWN: dict[str, str] = {
    "core/limits.py": "numbers; core/primitives/test_strict_json.py holds the sums made of them",
    "core/formats/sigstore_bundle/__init__.py": "the format as a value: core/formats/test_contract.py",
    "core/formats/sigstore_bundle/case.py": "what judges ask: core/formats/sigstore_bundle/test_vectors.py",
    "core/formats/sigstore_bundle/content_judges.py": "as its case.py",
    "core/formats/sigstore_bundle/log_judges.py": "as its case.py",
    "core/formats/sigstore_bundle/trust_judges.py": "as its case.py",
    "core/format.py": "what a format promises: core/formats/test_contract.py",
    "crawl/image_source.py": "what a place promises: crawl/sources/oci_layout/test_oci_layout.py",
    "core/formats/cosign/case.py": "what the judges read; core/formats/cosign/test_verify.py",
    "core/formats/cosign/proofs.py": "one row each: core/formats/cosign/test_verify.py",
    "core/formats/notation/__init__.py": "the format as a value: core/formats/test_contract.py",
    "core/formats/notation/case.py": "what judges ask: core/formats/notation/test_vectors.py",
    "core/formats/notation/content_judges.py": "as its case.py",
    "core/formats/notation/trust_judges.py": "as its case.py",
    "core/pki/revocation/answers.py": "what is asked and answered: every test beside its tests",
    "core/formats/in_toto/__init__.py": "the format as a value: core/formats/test_contract.py",
    "cli/expecting.py": "options of two verbs: cli/test_verify_image.py",
    "core/formats/sbom/__init__.py": "the format as a value: core/formats/test_contract.py",
    "core/formats/tuf/__init__.py": "the format as a value: core/formats/test_contract.py",
    "core/formats/tuf/judges.py": "one row of a workflow each: core/formats/tuf/test_verify.py",
    "core/formats/tuf/reading.py": "what all workflows share: core/formats/tuf/test_verify.py",
    "core/formats/tuf/repository.py": "a client's state, as it changes: core/formats/tuf/test_verify.py",
    "demo/images/certifying.py": "core/pki judges every certificate, SCT and timestamp that it makes",
    "demo/images/stack.py": "as certifying.py; core/tlog and core/test_trusted_root.py",
    "demo/images/bundles.py": "core/formats/sigstore_bundle verifies what it signs",
    "demo/images/tag_format.py": "core/formats/cosign verifies what it signs",
    "demo/images/repository.py": "core/images and core/oci find what is attached in it",
    "images/discovering.py": "one artefact of a crawl: images/test_recording.py, images/test_hostile.py",
    "images/hanging.py": "what hangs where: images/test_recording.py, images/test_hostile.py",
    "images/looking.py": "one repository of a crawl: images/test_crawling.py, images/test_recording.py",
    "images/models.py": "rows; images/test_recording.py writes and reads them",
    "images/recording_looks.py": "as recording.py: images/test_recording.py",
    "images/recording_tags.py": "as recording.py; images/test_recording.py",
    "images/writing.py": "what the parts of recording.py share: images/test_recording.py",
    "revocation/models.py": "rows; revocation/test_keeping.py writes and reads them",
    "operate/copies.py": "operate/test_backup.py copies and restores real databases",
    "operate/copies_of_postgresql.py": "as operate/copies.py",
    "policies/models.py": "rows; policies/test_services.py writes and reads them",
    "settings/__init__.py": "what Django is told; settings/test_environment.py, and every test's database",
}
"""Module, or folder with its slash -> where its behaviour is tested instead, and why there."""

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Function:
    where: str
    lines: int
    annotated: bool
    imports: int


def parsed(module: Path) -> ast.Module:
    return ast.parse(module.read_text(encoding="utf-8"), str(module))


def line_count(module: Path) -> int:
    return len(module.read_text(encoding="utf-8").splitlines())


def is_annotated(node: FunctionNode) -> bool:
    """Every parameter but a method's first, and the result."""
    parameters = [*node.args.posonlyargs, *node.args.args]
    if parameters and parameters[0].arg in {"self", "cls"}:
        parameters = parameters[1:]
    parameters += node.args.kwonlyargs
    parameters += [extra for extra in (node.args.vararg, node.args.kwarg) if extra]
    return node.returns is not None and all(one.annotation for one in parameters)


def functions_of(module: Path) -> Iterator[Function]:
    for node in ast.walk(parsed(module)):
        if isinstance(node, FunctionNode):
            assert node.end_lineno is not None
            yield Function(
                where=f"{module.relative_to(PROJECT)}:{node.lineno} {node.name}",
                lines=node.end_lineno - node.lineno + 1,
                annotated=is_annotated(node),
                imports=sum(isinstance(one, ast.Import | ast.ImportFrom) for one in ast.walk(node)),
            )


@cache
def functions() -> list[Function]:
    return [function for module in MODULES for function in functions_of(module)]


def relative(module: Path) -> str:
    return module.relative_to(PACKAGE).as_posix()


def mirror_of(module: Path) -> Path:
    """`core/trace.py` -> `tests/core/test_trace.py`; `x/__init__.py` -> `tests/x/test_x.py`."""
    within = module.relative_to(PACKAGE)
    name = within.parent.name if within.name == "__init__.py" else within.stem
    folder = within.parent
    return PROJECT / "tests" / folder / f"test_{name}.py"


def test_the_figures_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    files = sorted(line_count(module) for module in MODULES)
    lengths = sorted(function.lines for function in functions())
    annotated = sum(function.annotated for function in functions())
    with capsys.disabled():
        print(
            f"\ntrustui/: {len(files)} files, {sum(files):,} lines"
            f" (median {median(files):g}, longest {files[-1]});"
            f" {len(lengths)} functions"
            f" (median {median(lengths):g}, p90 {lengths[int(len(lengths) * 0.9)]},"
            f" longest {lengths[-1]}), {annotated / len(lengths):.0%} annotated"
        )
    assert lengths


def test_no_file_is_too_long() -> None:
    assert [relative(one) for one in MODULES if line_count(one) > LONGEST_FILE] == []


def test_no_function_is_too_long() -> None:
    assert [one for one in functions() if one.lines > LONGEST_FUNCTION] == []


def test_half_of_the_functions_are_short() -> None:
    assert median(function.lines for function in functions()) < MEDIAN_FUNCTION


def test_every_function_is_annotated() -> None:
    assert [function.where for function in functions() if not function.annotated] == []


def test_imports_stand_at_the_top_or_have_a_reason() -> None:
    inside = {function.where.partition(":")[0] for function in functions() if function.imports}
    assert inside == set(IMPORTS_INSIDE_FUNCTIONS)


def test_what_is_said_to_be_mark_up_has_a_reason() -> None:
    """`ruff` knows `mark_safe` alone; where it is made (web/markup.py) everything is escaped."""
    assert list(calls_without_a_reason({"SafeString", "mark_safe"})) == []


def calls_without_a_reason(names: set[str]) -> Iterator[str]:
    """Calls with anything but words of ours, on a line that does not say why."""
    for module in PACKAGE.rglob("*.py"):
        lines = module.read_text(encoding="utf-8").splitlines()
        for node in ast.walk(parsed(module)):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            is_computed = any(not is_constant(one) for one in node.args)
            has_reason = "# " in lines[node.lineno - 1]
            is_elsewhere = module.name != "markup.py"
            if node.func.id in names and is_elsewhere and is_computed and not has_reason:
                yield f"{relative(module)}:{node.lineno}"


def is_constant(node: ast.expr) -> bool:
    if isinstance(node, ast.IfExp):
        return is_constant(node.body) and is_constant(node.orelse)
    return isinstance(node, ast.Constant)


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [relative(module) for module in MODULES if module.stem in VAGUE_NAMES] == []


def test_every_module_with_functions_has_its_test_file_or_a_reason() -> None:
    missing = {
        relative(module)
        for module in MODULES
        if any(True for _ in functions_of(module)) and not mirror_of(module).exists()
    }
    excused = {
        module: listed
        for module in missing
        for listed in WITHOUT_A_TEST_FILE_OF_ITS_OWN
        if module == listed or (listed.endswith("/") and module.startswith(listed))
    }
    assert missing - set(excused) == set()
    assert set(excused.values()) == set(WITHOUT_A_TEST_FILE_OF_ITS_OWN)
