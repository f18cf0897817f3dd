"""Metrics that go up and down."""

from trustui.web.gauges import gauge, gauges


def test_one_number_has_no_labels() -> None:
    (sample,) = gauge("trustui_x", "What it is.", 3).samples
    assert (sample.name, sample.labels, sample.value) == ("trustui_x", {}, 3)


def test_numbers_stand_by_the_values_of_their_labels() -> None:
    made = gauges("trustui_x", "What it is.", ["kind"], [(["a"], 1), (["b"], 2.5)])
    assert [(one.labels, one.value) for one in made.samples] == [
        ({"kind": "a"}, 1),
        ({"kind": "b"}, 2.5),
    ]
