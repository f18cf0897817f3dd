"""Before Django reads its settings: tests keep their data in a folder of their own.

Loaded by `-p tests.environment` in pyproject.toml, so that it comes before every other plugin.
"""

import atexit
import os
import shutil
import tempfile

if "TRUSTUI_TEST_DATA" not in os.environ:  # children of the run keep the same folder
    folder = tempfile.mkdtemp(prefix="trustui-tests-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["TRUSTUI_TEST_DATA"] = folder
os.environ["TRUSTUI_DATA"] = os.environ["TRUSTUI_TEST_DATA"]
os.environ["TRUSTUI_SECRET_KEY"] = "only-for-tests-and-nothing-else-at-all"  # noqa: S105
