#!/usr/bin/env bash
# Makes .venv and installs this package into it, editable, with the extra named as the argument, at the versions
# pinned in constraints.txt. A half-made environment is made anew.
set -euo pipefail

extra=$1
cd "$(dirname "$0")/../.."
python=${PYTHON:-python3}

if ! .venv/bin/python -c 'import pip' 2>/dev/null; then
    echo "Making .venv" >&2
    "$python" -m venv --clear .venv
fi
echo "Installing the Python packages of care-console[$extra] into .venv (a few minutes the first time)" >&2
.venv/bin/python -m pip install -qq --disable-pip-version-check --no-input -c constraints.txt -e ".[$extra]"
