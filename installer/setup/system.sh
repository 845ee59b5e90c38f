#!/usr/bin/env bash
# Sees to the system packages of the groups named as arguments (debian-packages.txt): installs by apt those that are
# missing, or says in one sentence which they are. Changes nothing where nothing is missing.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
list=$here/debian-packages.txt
log=build/setup/apt.log
python=${PYTHON:-python3}
cd "$here/../.."
PATH=$PATH:/usr/sbin:/sbin

say() { printf '%s\n' "$*" >&2; }

check_python() {
    if ! command -v "$python" >/dev/null; then
        say "care-console needs Python 3.11 or newer, and there is no '$python' here: install one, or name it with PYTHON=..."
        exit 1
    fi
    if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        say "care-console needs Python 3.11 or newer, and '$python' is $("$python" -c 'import platform; print(platform.python_version())'): install one, or name it with PYTHON=..."
        exit 1
    fi
}

# The libraries that the loader knows, listed once. Only Linux is asked: elsewhere the wheels bring their own.
libraries=""
list_libraries() {
    if command -v ldconfig >/dev/null; then
        libraries=$(ldconfig -p | awk '{print $1}')
    else
        libraries=$(find /lib /lib64 /usr/lib /usr/lib64 /usr/local/lib -name 'lib*.so.*' 2>/dev/null | sed 's:.*/::' || true)
    fi
}

is_there() {
    local kind=${1%%:*} what=${1#*:}
    case $kind in
        lib) [ "$(uname -s)" != Linux ] || grep -Fxq -- "$what" <<<"$libraries" ;;
        cmd) command -v "$what" >/dev/null ;;
        file) compgen -G "$what" >/dev/null ;;
        python) [ -x .venv/bin/pip ] || "$python" -c "import $what" 2>/dev/null ;;
        *) say "debian-packages.txt: no such kind of proof: $1"; exit 2 ;;
    esac
}

missing_packages() {
    local groups=" $* " group package proof
    while read -r group package proof; do
        case $group in "" | "#"*) continue ;; esac
        case $groups in *" $group "*) ;; *) continue ;; esac
        is_there "$proof" || printf '%s ' "$package"
    done <"$list"
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# Root, or a sudo that asks nothing, or a person at a terminal who can answer it.
may_install() {
    command -v apt-get >/dev/null || return 1
    [ "$(id -u)" = 0 ] && return 0
    command -v sudo >/dev/null || return 1
    sudo -n true 2>/dev/null || [ -t 0 ]
}

apt() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 \
        -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold "$@" >>"$log" 2>&1 </dev/null
}

# Debian's postgresql starts a server when it is installed. The tests make their own, so none is made here; the
# setting is taken away again, and a PostgreSQL that is there already is not touched.
no_cluster=/etc/postgresql-common/createcluster.d/zz-care-console.conf
hold_back_cluster() {
    as_root mkdir -p "$(dirname "$no_cluster")"
    echo 'create_main_cluster = false' | as_root tee "$no_cluster" >/dev/null
}
release_cluster() {
    as_root rm -f "$no_cluster"
    as_root rmdir "$(dirname "$no_cluster")" 2>/dev/null || true
}

# Kannel's package starts a gateway of its own; the tests start theirs. policy-rc.d is Debian's way to say so.
policy=/usr/sbin/policy-rc.d
start_nothing() {
    [ ! -e "$policy" ] || return 0
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
    made_policy=yes
}
allow_starting() {
    [ -z "${made_policy:-}" ] || as_root rm -f "$policy"
}

install_packages() {
    mkdir -p "$(dirname "$log")"
    : >"$log"
    say "Installing from Debian: $*"
    apt update || say "apt-get update failed (build/setup/apt.log); going on with the lists that are here."
    trap 'release_cluster; allow_starting' EXIT
    case " $* " in *" postgresql "*) hold_back_cluster ;; esac
    case " $* " in *" kannel "*) start_nothing ;; esac
    if ! apt install -y --no-install-recommends "$@"; then
        tail -n 15 "$log" >&2
        say "apt-get could not install what is missing; its last lines are above, all of them in build/setup/apt.log."
        exit 1
    fi
}

check_python
list_libraries
missing=$(missing_packages "$@")
[ -n "$missing" ] || exit 0
if ! may_install; then
    say "Missing here, and neither root, sudo nor apt is at hand to install them (these are Debian's package names): $missing"
    exit 1
fi
# shellcheck disable=SC2086  # a list of names on purpose
install_packages $missing
list_libraries
hash -r
missing=$(missing_packages "$@")
if [ -n "$missing" ]; then
    say "Still missing after apt-get installed everything it was asked for: $missing"
    exit 1
fi
