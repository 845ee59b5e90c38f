#!/usr/bin/env bash
# Prints the pins of what .venv holds now: names and versions, no addresses, nothing editable.
set -euo pipefail

cd "$(dirname "$0")/../.."
echo "# The versions this was last tested with, of everything in care-console[dev]. Made by: make constraints"
# Not `pip freeze`, which says where a package came from when that was a file.
.venv/bin/python -m pip list --format=freeze --disable-pip-version-check --exclude-editable --exclude pip --exclude setuptools |
    grep -E '^[A-Za-z0-9._-]+==[A-Za-z0-9.!+_-]+$' |
    grep -viE '^(care[-_]console)==' |
    LC_ALL=C sort -f
