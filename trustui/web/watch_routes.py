"""The routes of what is watched: overview, now, sources, jobs."""

from django.urls import URLPattern, path

from trustui.web import jobs, now, overview, source, source_add, sources

ROUTES: list[URLPattern] = [
    path("", overview.overview, name="overview"),
    path("now/", now.now, name="now"),
    path("now/take/", now.take, name="take"),
    path("sources/", sources.sources, name="sources"),
    path("sources/add/", source_add.add, name="source-add"),
    path("sources/<int:source_id>/source/", source.source, name="source"),
    path("sources/<int:source_id>/source/progress/", source.progress, name="source-progress"),
    path("sources/<int:source_id>/source/crawl/", source.crawl, name="source-crawl"),
    path("sources/<int:source_id>/source/schedule/", source.schedule, name="source-schedule"),
    path("sources/<int:source_id>/source/addresses/", source.addresses, name="source-addresses"),
    path("sources/<int:source_id>/source/anchor/", source.anchor, name="source-anchor"),
    path("sources/<int:source_id>/source/login/", source.login, name="source-login"),
    path("sources/<int:source_id>/source/remove/", source.remove, name="source-remove"),
    path("jobs/", jobs.jobs, name="jobs"),
    path("jobs/<int:job_id>/", jobs.job, name="job"),
    path("jobs/<int:job_id>/retry/", jobs.retry, name="job-retry"),
]
