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
if ! .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input --log build/setup/pip.log \
    -c constraints.txt -e ".[$extra]"; then
    echo "pip could not install what is needed: its error is above, all that it did in build/setup/pip.log." >&2
    exit 1
fi
