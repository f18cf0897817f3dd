import pytest

from trustui.crawl.secrets import Secret

SECRET = Secret("Bearer abc")


def test_a_secret_cannot_be_shown_stored_or_confused() -> None:
    assert f"{SECRET}" == repr(SECRET) == "Secret(…)"
    assert Secret("a") == Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1
    assert not Secret("")
    with pytest.raises(TypeError):
        SECRET.__reduce__()
