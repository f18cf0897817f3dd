from trustui.core.oci.requests import MAX_BLOB, blob_request, manifest_request, referrers_request


def test_no_more_of_a_blob_is_asked_for_than_it_is_said_to_have_or_than_any_needs() -> None:
    assert blob_request("sha256:1", 10).max_length == 10
    assert blob_request("sha256:1", 10**12).max_length == MAX_BLOB


def test_each_request_names_what_it_asks_for() -> None:
    assert (manifest_request("1.0").kind, referrers_request("sha256:1").kind) == (
        "manifest",
        "referrers",
    )
