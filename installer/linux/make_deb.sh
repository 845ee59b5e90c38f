#!/usr/bin/env bash
# Packs dist/care-console/ into dist/care-console_VERSION_ARCH.deb: the folder under /opt, the command, the menu entry
# that also takes care-console:// links, and what Debian must bring.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."

version=$1
arch=$(dpkg --print-architecture)
tree=build/deb
# The same list that the set-up installs, without what only the set-up or the demo needs.
depends=$(awk '$1 == "run" && $2 !~ /^(python3-venv|asterisk-)/ {print $2}' installer/setup/debian-packages.txt | paste -sd, | sed 's/,/, /g')

rm -rf "$tree"
install -d "$tree/DEBIAN" "$tree/opt" "$tree/usr/bin" "$tree/usr/share/doc/care-console"
cp -a dist/care-console "$tree/opt/care-console"
ln -s /opt/care-console/care-console "$tree/usr/bin/care-console"
install -D -m 644 "$here/care-console.desktop" "$tree/usr/share/applications/care-console.desktop"
install -D -m 644 LICENSE "$tree/usr/share/doc/care-console/copyright"
install -m 644 CHANGELOG.md "$tree/usr/share/doc/care-console/changelog"
cat >"$tree/DEBIAN/control" <<CONTROL
Package: care-console
Version: $version
Architecture: $arch
Maintainer: The Care Console maintainers <care-console@mvm.example>
Installed-Size: $(du -sk "$tree" | cut -f1)
Depends: $depends
Recommends: gnome-keyring | kwalletmanager
Section: misc
Priority: optional
Description: desk of the specialists who answer for Mobile Voice Messaging
 Finds a caller, tells what happened to their messages, and acts on it: stops
 texts, reissues links, refunds charges, previews recordings.
CONTROL
# Menus learn of a new handler of links only when they are told.
for script in postinst postrm; do
    cat >"$tree/DEBIAN/$script" <<'SCRIPT'
#!/bin/sh
set -e
if command -v update-desktop-database >/dev/null; then
    update-desktop-database -q /usr/share/applications || true
fi
SCRIPT
    chmod 755 "$tree/DEBIAN/$script"
done
dpkg-deb --root-owner-group -Zzstd --build "$tree" "dist/care-console_${version}_${arch}.deb" >/dev/null
rm -rf "$tree"
