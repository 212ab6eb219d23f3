#!/usr/bin/env python
"""Django's command line. `python3 dev.py manage …` runs it with the services it needs."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    from django.core.management import execute_from_command_line

    from crm.database.base import DatabaseWrapper
    from lib.row_context import act_as_system

    DatabaseWrapper.patience = 6 * 60 * 60.0  # nobody waits before a page for what a command asks
    act_as_system()
    execute_from_command_line(sys.argv)
