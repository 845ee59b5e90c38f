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
mkdir -p build/setup
if ! .venv/bin/python -m pip install --disable-pip-version-check --no-input --progress-bar off \
    -c constraints.txt -e ".[$extra]" >build/setup/pip.log 2>&1; then
    tail -n 15 build/setup/pip.log >&2
    echo "pip could not install what is needed; its last lines are above, all of them in build/setup/pip.log." >&2
    exit 1
fi
