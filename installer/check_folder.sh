#!/usr/bin/env bash
# Refuses a frozen desk from which something is missing that it would only miss without a word.
set -euo pipefail

folder=$1/_internal
status=0
case $(uname -s) in
    Linux) needed='libQt6Quick.so* libQt6Qml.so* libQt6Multimedia.so* libffmpegmediaplugin.so libqxcb.so libqoffscreen.so' ;;
    *) needed='' ;;
esac
needed="$needed keyring-*.dist-info resources cryptography"
for name in $needed; do
    if [ -z "$(find "$folder" -name "$name" -print -quit)" ]; then
        echo "The frozen desk lacks $name." >&2
        status=1
    fi
done
exit $status
