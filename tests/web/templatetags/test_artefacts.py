"""Digests with their algorithm."""

from trustui.web.templatetags.artefacts import artefact


def test_a_digest_keeps_its_algorithm_and_both_ends() -> None:
    told = artefact(f"sha256:{'0123456789abcdef' * 4}", "/x/")
    assert "sha256:01234567…cdef</a>" in told
    assert f'title="sha256:{"0123456789abcdef" * 4}"' in told


def test_what_is_no_digest_stays_text() -> None:
    assert "&lt;script&gt;" in artefact("<script>")
    assert "\\u{202E}" in artefact("a\u202eb")
