#!/usr/bin/env bash
# Prints the pins of what .venv holds now: names and versions, no addresses, nothing editable.
set -euo pipefail

cd "$(dirname "$0")/../.."
echo "# The versions this was last tested with, of everything in care-console[dev]. Made by: make constraints"
.venv/bin/python -m pip freeze --disable-pip-version-check --exclude-editable |
    grep -E '^[A-Za-z0-9._-]+==[A-Za-z0-9.!+_-]+$' |
    grep -viE '^(care[-_]console)==' |
    LC_ALL=C sort -f
