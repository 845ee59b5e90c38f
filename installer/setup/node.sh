#!/usr/bin/env bash
# Installs the node packages that the folder named as the argument pins, whole or not at all: `npm ci` begins anew.
set -euo pipefail

cd "$(dirname "$0")/../.."
folder=$1
mkdir -p build/setup
log=$PWD/build/setup/npm.log
echo "Installing the node packages of $folder" >&2
if ! (cd "$folder" && npm ci >"$log" 2>&1); then
    tail -n 15 "$log" >&2
    echo "npm could not install what is needed; its last lines are above, all of them in build/setup/npm.log." >&2
    exit 1
fi
