#!/usr/bin/env bash
# Proves the set-up: makes a Debian root with nothing but git, make and Python, puts a fresh clone of the last commit
# into it, and runs `make run` and `make test` there, each twice, with no display. See --help and CONTRIBUTING.md.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage, as root: tests/packaging/bare_debian.sh [options] [-- COMMAND ...]
  --suite NAME    Debian's release; by default the first in this machine's apt sources ($BARE_SUITE)
  --mirror URL    where Debian's packages are; by default as in this machine's apt sources ($BARE_MIRROR)
  --cache DIR     keep the bare root, apt's and pip's downloads there, for a quick start next time ($BARE_CACHE)
  --source DIR    the repository to clone; by default this one
  --user          afterwards the same as an ordinary user with no sudo, in a clone of that user's own
  --keep          leave the root where it is, and say where
Each COMMAND is one line of shell, run in the clone, in order; a failure ends the run. By default:
  'make run' 'make run' 'make test' 'make test'
TEXT
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
suite=${BARE_SUITE:-} mirror=${BARE_MIRROR:-} cache=${BARE_CACHE:-} keep="" as_user=""
source=$(cd "$here/../.." && pwd)
arguments=("$@")
while [ $# -gt 0 ]; do
    case $1 in
        --suite) suite=$2; shift ;;
        --mirror) mirror=$2; shift ;;
        --cache) cache=$2; shift ;;
        --source) source=$(cd "$2" && pwd); shift ;;
        --user) as_user=yes ;;
        --keep) keep=yes ;;
        --help | -h) usage; exit 0 ;;
        --) shift; break ;;
        *) usage >&2; exit 2 ;;
    esac
    shift
done
commands=("$@")
[ ${#commands[@]} -gt 0 ] || commands=('make run' 'make run' 'make test' 'make test')

die() { printf 'bare_debian: %s\n' "$*" >&2; exit 1; }
step() { printf '\n=== %s\n' "$*" >&2; }

[ "$(id -u)" = 0 ] || die "a Debian root can only be made by root: run it by sudo"
for tool in debootstrap unshare git tar; do
    command -v "$tool" >/dev/null || die "$tool is missing: apt-get install debootstrap util-linux git tar zstd"
done

# In namespaces of its own, so that no mount and no process of the root outlives this script, however it ends.
if [ -z "${BARE_INSIDE:-}" ]; then
    BARE_INSIDE=1 exec unshare --mount --propagation private --pid --fork --kill-child --mount-proc "$0" "${arguments[@]}"
fi

# --- what this machine uses ------------------------------------------------------------------------------------------
# The first Debian archive in apt's sources, in either of its two formats, as "URL SUITE".
host_archive() {
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
        sed -E 's/\[[^]]*\]//' | awk '$1 == "deb" && $4 ~ /main/ {print $2, $3; exit}' || true
    awk '/^URIs:/ {url = $2} /^Suites:/ {suite = $2} url != "" && suite != "" {print url, suite; exit}' \
        /etc/apt/sources.list.d/*.sources 2>/dev/null || true
}

read -r host_mirror host_suite < <(host_archive | head -n 1; echo)
suite=${suite:-${host_suite:-}}
mirror=${mirror:-${host_mirror:-}}
[ -n "$suite" ] || die "name a release with --suite"
[ -n "$mirror" ] || die "name an archive with --mirror"

work=$(mktemp -d "${TMPDIR:-/var/tmp}/bare-debian.XXXXXX")
root=$work/root
clean_up() {
    local status=$?
    trap - EXIT INT TERM HUP
    # All that still runs in this namespace, and nothing outside of it, where this is its first process.
    [ $$ != 1 ] || kill -KILL -- -1 2>/dev/null || true
    # Deepest first; what was bound from this machine must be gone before anything is removed.
    awk -v root="$root/" 'index($2, root) == 1 {print $2}' /proc/mounts | sort -r | while read -r place; do
        umount -l "$place" 2>/dev/null || true
    done
    if [ -n "$keep" ]; then
        echo "The root is kept in $root" >&2
    elif grep -q " $root/" /proc/mounts; then
        echo "bare_debian: something is still mounted below $root; it is left as it is" >&2
    else
        rm -rf --one-file-system "$work"
    fi
    exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

# --- the root --------------------------------------------------------------------------------------------------------
make_root() {
    local store=${cache:-$work} ball
    mkdir -p "$store" "$root"
    ball=$store/$suite-minbase.tar.zst
    if [ ! -f "$ball" ]; then
        step "debootstrap $suite (minbase, git, make, python3)"
        debootstrap --variant=minbase --include=git,make,python3 "$suite" "$work/new" "$mirror" >"$work/debootstrap.log" 2>&1 ||
            { tail -n 20 "$work/debootstrap.log" >&2; die "debootstrap failed"; }
        tar -C "$work/new" --zstd -cf "$ball.part" . && mv "$ball.part" "$ball"
        rm -rf "$work/new"
    fi
    step "A bare $suite"
    tar -C "$root" --zstd -xpf "$ball"
}

# Copies a file or folder of this machine to the same place in the root, where it is there at all.
copy_in() {
    local path
    for path in "$@"; do
        [ -e "$path" ] || continue
        mkdir -p "$root$(dirname "$path")"
        cp -aL "$path" "$root$(dirname "$path")/"
    done
}

# What pip and apt need to reach their registries as this machine does: settings, certificates, folders of packages.
copy_settings() {
    copy_in /etc/resolv.conf /etc/hosts /etc/pip.conf /etc/xdg/pip /etc/ssl/certs/ca-certificates.crt \
        /usr/local/share/ca-certificates /etc/apt/apt.conf /etc/apt/auth.conf /etc/apt/auth.conf.d
    local file
    for file in "${HOME:-/root}/.config/pip/pip.conf" "${HOME:-/root}/.pip/pip.conf"; do
        if [ -f "$file" ]; then
            install -D -m 644 "$file" "$root/root/.config/pip/pip.conf"
            install -D -m 644 "$file" "$root/home/ann/.config/pip/pip.conf"
        fi
    done
    # Of apt's settings only those on how to fetch: the others call programs that a bare root has not got.
    grep -hE '^Acquire::[A-Za-z:-]+ +"[^"]*";' /etc/apt/apt.conf.d/* >"$root/etc/apt/apt.conf.d/99-as-outside" 2>/dev/null || true
}

# The folders of this machine in which pip is told to look for packages.
local_folders() {
    { cat /etc/pip.conf /etc/xdg/pip/pip.conf "${HOME:-/root}/.config/pip/pip.conf" "${HOME:-/root}/.pip/pip.conf" 2>/dev/null
      env | sed -n 's/^PIP_[A-Z_]*=//p'; } |
        tr ' =' '\n\n' | sed -n -E 's#^file://##; /^\/[^ ]+$/p' | sort -u | while read -r path; do
            [ ! -d "$path" ] || printf '%s\n' "$path"
        done
}

bind() { # SOURCE PLACE [ro]
    mkdir -p "$root$2"
    mount --bind "$1" "$root$2"
    [ "${3:-}" != ro ] || mount -o remount,ro,bind "$root$2"
}

mount_root() {
    mount -t proc proc "$root/proc"
    mount -t sysfs -o ro sysfs "$root/sys" 2>/dev/null || bind /sys /sys ro
    mount -t tmpfs -o mode=755,size=64k tmpfs "$root/dev"
    local node
    for node in null zero full random urandom tty; do
        : >"$root/dev/$node"
        mount --bind "/dev/$node" "$root/dev/$node"
    done
    mkdir -p "$root/dev/pts" "$root/dev/shm"
    mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
    ln -s pts/ptmx "$root/dev/ptmx"
    ln -s /proc/self/fd "$root/dev/fd"
    ln -s /proc/self/fd/0 "$root/dev/stdin"
    ln -s /proc/self/fd/1 "$root/dev/stdout"
    ln -s /proc/self/fd/2 "$root/dev/stderr"
    mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
    local path
    # A folder of packages is bound whole with its siblings: an index may point to files beside it.
    while read -r path; do bind "$path" "$path" ro; done < <(local_folders)
    while read -r path; do
        if [ -d "$(dirname "$path")/files" ]; then bind "$(dirname "$path")/files" "$(dirname "$path")/files" ro; fi
    done < <(local_folders)
    if [ -n "$cache" ]; then
        mkdir -p "$cache/apt-$suite" "$cache/pip"
        bind "$cache/apt-$suite" /var/cache/apt/archives
        bind "$cache/pip" /root/.cache/pip
    fi
}

# --- the runs --------------------------------------------------------------------------------------------------------
# Runs one line of shell in the root with a clean environment, no display, no terminal and nothing to read.
inside() { # NAME HOME FOLDER LINE
    local keep_names=() name
    while read -r name; do keep_names+=("$name=${!name}"); done < <(compgen -e |
        grep -E '^(PIP_(CERT|INDEX_URL|EXTRA_INDEX_URL|FIND_LINKS|DEFAULT_TIMEOUT|TRUSTED_HOST)|SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|(HTTP|HTTPS|NO)_PROXY|(http|https|no)_proxy)$' || true)
    setsid --wait chroot --userspec="$1" "$root" /usr/bin/env -i "${keep_names[@]}" HOME="$2" USER="$1" TERM=dumb \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        /bin/bash -c 'cd "$1" && eval "$2"' bash "$3" "$4" </dev/null &
    # Waited for, so that Ctrl+C ends it at once: bash answers a signal only between commands, or in `wait`.
    wait $!
}

run_all() { # NAME HOME FOLDER
    local line started
    for line in "${commands[@]}"; do
        step "$1, $suite: $line"
        started=$SECONDS
        inside "$1" "$2" "$3" "$line" || die "failed as $1 on $suite: $line"
        step "$1, $suite: $line: done in $((SECONDS - started)) s"
    done
}

make_root
copy_settings
mount_root
step "A fresh clone of $(git -c safe.directory='*' -C "$source" log -1 --format='%h %s')"
git -c safe.directory='*' clone --quiet --no-hardlinks "$source" "$root/root/care-console"
run_all root /root /root/care-console
if [ -n "$as_user" ]; then
    chroot "$root" useradd --shell /bin/bash ann 2>/dev/null || true
    git -c safe.directory='*' clone --quiet --no-hardlinks "$source" "$root/home/ann/care-console"
    chroot "$root" chown -R ann: /home/ann
    run_all ann /home/ann /home/ann/care-console
fi
step "All of it worked on a bare $suite"
