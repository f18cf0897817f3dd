from trustui.jobs.models import Job, Worker


def test_rows_are_named_by_what_a_person_looks_for() -> None:
    assert str(Job(kind="crawl", key="17")) == "crawl 17"
    assert str(Worker(name="host:1")) == "host:1"
