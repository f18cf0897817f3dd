"""Where the command line hands over to the verbs that need the database."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module

import django
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from trustui.operate.exit_status import FAILED, INTERRUPTED, UNUSABLE


def main(arguments: Sequence[str]) -> int:
    """Run one verb; gives the exit status, as `exit_status` has them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trustui.settings")
    try:
        if not apps.ready:
            django.setup()
        # Models can be imported from here on only.
        status: int = import_module("trustui.operate.verbs").run(arguments)
    except ImproperlyConfigured as error:
        return _say(f"the settings cannot be used\n{error}", UNUSABLE)
    except BrokenPipeError:
        raise  # the reader of our output went away, which is no fault
    except OSError as error:
        return _say(f"{error.filename or 'a file'}: {error.strerror or error}", FAILED)
    except DatabaseError as error:
        return _say(
            f"the database cannot be used: {error}".strip()
            + "\ntrustui: a new or older database needs `trustui migrate`",
            FAILED,
        )
    except KeyboardInterrupt:
        return _say("interrupted", INTERRUPTED)
    return status


def _say(text: str, status: int) -> int:
    print(f"trustui: {text}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
