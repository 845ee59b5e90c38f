#!/usr/bin/env bash
# Builds what people install, as far as this platform can, into dist/: the wheel for servers, the desk as a folder, and
# on Debian its package, on macOS its disk image. The Windows installer is made from Windows' own folder.
set -euo pipefail
cd "$(dirname "$0")/.."

version=$(.venv/bin/python -c 'import care_console; print(care_console.__version__)')
mkdir -p dist build
rm -rf dist/care-console

echo "The wheel" >&2
.venv/bin/python -m build --wheel --outdir dist . >build/wheel.log 2>&1 || { tail -n 20 build/wheel.log >&2; exit 1; }

echo "The desk as one folder (a minute or two)" >&2
.venv/bin/python -m PyInstaller --noconfirm --log-level WARN --distpath dist --workpath build/pyinstaller build.spec \
    >build/pyinstaller.log 2>&1 || { tail -n 20 build/pyinstaller.log >&2; exit 1; }
bash installer/check_folder.sh dist/care-console

case $(uname -s) in
    Linux)
        if command -v dpkg-deb >/dev/null; then
            bash installer/linux/make_deb.sh "$version"
        else
            echo "No Debian package: dpkg-deb is not here." >&2
        fi
        ;;
    Darwin) bash installer/macos/make_dmg.sh "$version" ;;
esac
if [ -f dist/windows/care-console/care-console.exe ] && command -v makensis >/dev/null; then
    makensis -V2 -DVERSION="$version" installer/windows/care-console.nsi
fi
echo "What was built is in dist/:"
find dist -maxdepth 1 -mindepth 1 | sort
