#!/usr/bin/env bash
# Packs "dist/Care Console.app" into a disk image with a link to the Applications folder. Only works on macOS, where
# PyInstaller has made the bundle and its entry for care-console:// links. It is not signed: see the note below.
#
# To sign, with a Developer ID, before this: codesign --deep --options runtime --sign "ID" "dist/Care Console.app"; after
# it: xcrun notarytool submit IMAGE --wait, and xcrun stapler staple IMAGE.
set -euo pipefail
cd "$(dirname "$0")/../.."

version=$1
tree=build/dmg
rm -rf "$tree"
mkdir -p "$tree"
cp -R "dist/Care Console.app" "$tree/"
ln -s /Applications "$tree/Applications"
hdiutil create -quiet -ov -volname "Care Console" -srcfolder "$tree" "dist/care-console-$version.dmg"
rm -rf "$tree"
