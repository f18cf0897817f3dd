"""Who answers when nothing else can."""

import json

from django.test import RequestFactory

from trustui.urls import server_error


def test_people_are_answered_with_a_page_and_programs_with_a_problem() -> None:
    for_people = server_error(RequestFactory().get("/sources/"))
    assert for_people.headers["Content-Type"].startswith("text/html")
    for_programs = server_error(RequestFactory().get("/api/v1/sources/"))
    assert json.loads(for_programs.content)["status"] == 500
