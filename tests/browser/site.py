"""The demo as anybody starts it, and an example of each page in it."""

import re
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext

from tests.simulators.composed import PROJECT, Services
from tests.simulators.installation import Installation
from trustui.demo.world import SITE

START_SECONDS = 240
"""With 285 crawls before, on a machine that has other work too."""
SHOWN = "quayline-firmware"
"""It has delegated roles, and a verdict with a failing check."""

IMAGES = "terminal-suite"
"""A repository of images, one of which fails by who signed it."""

_FAILING_IMAGE = (
    "SELECT max(v.id) FROM verdicts_artefactverdict v JOIN images_imagerepository r"
    " ON r.id = v.repository_id WHERE r.name = :name AND v.trust_state = 'failing'"
)
_SIGNATURE = (
    "SELECT min(s.id) FROM images_imagesignature s JOIN verdicts_artefactverdict v"
    " ON v.digest = s.subject_digest AND v.repository_id = s.repository_id WHERE v.id = :image"
)
_EXAMPLES = {
    "verdict_id": "SELECT verdict_id FROM verdicts_sourceverdict WHERE source_id = :source",
    "role_id": "SELECT role_id FROM inventory_rolestate WHERE source_id = :source AND role = 'cranes'",
    "sha256": "SELECT sha256 FROM inventory_blob WHERE id = (SELECT max(blob_id) FROM"
    " inventory_roleversion WHERE source_id = :source AND role = 'cranes')",
    "fingerprint": "SELECT fingerprint FROM inventory_publickey WHERE id = (SELECT min(key_id) FROM"
    " inventory_sourcekey WHERE source_id = :source)",
    "job_id": "SELECT id FROM jobs_job WHERE kind = 'crawl' AND key = CAST(:source AS TEXT)",
    "event_id": "SELECT max(id) FROM events_event WHERE position IS NOT NULL"
    " AND source_id = :source",
    "repository_id": "SELECT repository_id FROM verdicts_artefactverdict WHERE id = :image",
    "oci_digest": "SELECT digest FROM verdicts_artefactverdict WHERE id = :image",
    "artefact_verdict_id": "SELECT id FROM verdicts_artefactverdict WHERE id = :image",
    "tag_id": "SELECT tag_id FROM images_tagmove WHERE digest = (SELECT digest FROM"
    " verdicts_artefactverdict WHERE id = :image)",
    "manifest_digest": "SELECT digest FROM images_manifest WHERE id = (SELECT manifest_id FROM"
    " images_imagesignature WHERE id = :signature)",
    "position": "SELECT position FROM images_imagesignature WHERE id = :signature",
    "content_digest": "SELECT content_digest FROM images_imagesignature WHERE id = :signature",
    "identity_id": "SELECT identity_id FROM images_identity WHERE id = (SELECT identity_id FROM"
    " images_imagesignature WHERE id = :signature)",
    "policy_id": "SELECT min(id) FROM policies_imagepolicy",
    "material_id": "SELECT min(id) FROM policies_trustmaterial",
    "team_id": "SELECT min(id) FROM accounts_team",
    "user_id": "SELECT min(id) FROM accounts_user",
}
"""Parameter of a route -> where the demo's database has one."""


@dataclass(frozen=True)
class DemoSite:
    """Where it is, who may look, and what it shows."""

    url: str
    name: str
    password: str
    world: Path
    """The folder of the repositories that it looks at."""
    examples: Mapping[str, object]


def start_demo(installation: Installation, port: int) -> DemoSite:
    """`trustui demo`, until it answers and its worker has looked at everything once."""
    world = installation.folder / "world"
    running = installation.start("demo", "--directory", world, "--port", port)
    installation.wait(
        running, lambda: "Listening at" in running.said, "the demo listens", START_SECONDS
    )
    said = dict(re.findall(r"^(Open|Sign in|Password) +(\S+)$", running.said, re.MULTILINE))
    examples = examples_in(world / SITE / "trustui.sqlite3")
    return DemoSite(said["Open"].rstrip("/"), said["Sign in"], said["Password"], world, examples)


def start_stack(services: Services) -> DemoSite:
    """The services of docker-compose.yml, which watch what the demo watches; without examples."""
    world = services.folder / "world"
    world.mkdir()
    services.up("migrate")
    services.wait_for("migrate", "service_completed_successfully")
    name, password = "demo", secrets.token_hex(16)
    for one in ("web", "worker"):
        services.of(one).environment = {
            **services.of(one).environment,
            "TRUSTUI_LOCAL_ROOTS": str(world),
        }
    subprocess.run(
        [sys.executable, "-m", "tests.simulators.demo_life", world, name],
        env={**services.of("web").environ(), "PYTHONPATH": str(PROJECT)},
        input=f"{password}\n",
        text=True,
        check=True,
        timeout=START_SECONDS,
    )
    services.up_all()
    return DemoSite(services.url, name, password, world, {})


def sign_in(context: BrowserContext, site: DemoSite) -> None:
    """By the form, as a person does."""
    page = context.new_page()
    page.goto("/account/sign-in/")
    page.fill("input[name=login]", site.name)
    page.fill("input[name=password]", site.password)
    page.locator("form:has(input[name=password]) button[type=submit]").first.click()
    page.wait_for_url(f"{site.url}/")
    page.close()


def examples_in(database: Path) -> dict[str, object]:
    """By the name of a route's parameter. Raises LookupError for what the demo has none of."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        named = "SELECT id FROM inventory_source WHERE name = :name"
        (source,) = connection.execute(named, {"name": SHOWN}).fetchone()
        (image,) = connection.execute(_FAILING_IMAGE, {"name": IMAGES}).fetchone()
        (signature,) = connection.execute(_SIGNATURE, {"image": image}).fetchone()
        about = {"source": source, "image": image, "signature": signature}
        found: dict[str, object] = {"source_id": source}
        for parameter, query in _EXAMPLES.items():
            row = connection.execute(query, about).fetchone()
            if row is None or row[0] is None:
                raise LookupError(f"the demo has no {parameter}")
            found[parameter] = row[0]
    return found | {"check_id": "tuf.timestamp.freeze.expired"}
