# SPDX-License-Identifier: GPL-2.0-only
class Skip(Exception):
    """This host cannot make the check; the text says why."""
