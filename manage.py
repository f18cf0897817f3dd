"""Django's own commands (makemigrations, shell, check); everything else is `trustui`."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trustui.settings")
    execute_from_command_line(sys.argv)
