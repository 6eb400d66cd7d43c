# Sourced by bin/run, bin/test and bin/bench: Python, system packages, virtual environment, requirements.
# What is there already is skipped, so that a second start takes seconds.

set -euo pipefail

CLONE=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$CLONE"
VENV_PYTHON="$CLONE/.venv/bin/python"
missing_packages=()

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

find_python() {
    local name
    for name in python3.11 python3 python3.12 python3.13; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    fail "Porada needs Python 3.11 or newer, and none was found. On Debian 12: apt-get install python3"
}

need() { # need PACKAGE CHECK…: the package is missing when the check fails
    local package=$1
    shift
    "$@" >/dev/null 2>&1 || missing_packages+=("$package")
}

has_postgres() { compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null; }
has_venv() { "$VENV_PYTHON" -m pip --version || "$PYTHON" -c 'import ensurepip, venv'; }
has_font() { compgen -G "/usr/share/fonts/truetype/$1/*" >/dev/null; }

list_missing_packages() { # list_missing_packages [with-browser | with-lighthouse]
    missing_packages=()
    need python3-venv has_venv
    need postgresql has_postgres
    need redis-server command -v redis-server
    need gettext command -v msgfmt
    need util-linux command -v setpriv
    [ -n "${1:-}" ] || return 0
    need chromium command -v chromium
    need fonts-dejavu-core has_font dejavu
    need fonts-liberation has_font liberation
    [ "$1" = with-lighthouse ] || return 0
    need nodejs command -v node
    need npm command -v npm
}

install_packages() {
    local command="apt-get install -y --no-install-recommends ${missing_packages[*]}"
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null || [ -n "${PORADA_NO_APT:-}" ]; then
        fail "Porada needs system packages that are not installed. Run this as root, then start again:
    $command"
    fi
    echo "Installing system packages: ${missing_packages[*]}"
    local log
    log=$(mktemp)
    if ! (apt_without_services) >"$log" 2>&1; then
        tail -n 15 "$log" >&2
        rm -f "$log"
        fail "The system packages could not be installed (the end of apt's output is above). Install them as root, then start again:
    $command"
    fi
    rm -f "$log"
}

# Debian's packages make a system cluster and start system services; Porada uses neither, and runs its own.
apt_without_services() {
    policy=/usr/sbin/policy-rc.d
    clusters=/etc/postgresql-common/createcluster.d/porada.conf
    trap 'rm -f "$policy" "$clusters"; [ ! -e "$policy.before-porada" ] || mv "$policy.before-porada" "$policy"' EXIT
    # One of ours, left by a killed installation, is not worth keeping.
    [ ! -e "$policy" ] || grep -q "by Porada" "$policy" || mv "$policy" "$policy.before-porada"
    printf '#!/bin/sh\n# Made by Porada for the length of an installation.\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    mkdir -p "$(dirname "$clusters")"
    echo 'create_main_cluster = false' >"$clusters"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update
    apt-get install -y --no-install-recommends "${missing_packages[@]}" || return
    case " ${missing_packages[*]} " in
        *" redis-server "*) ! command -v systemctl >/dev/null || systemctl disable redis-server || true ;;
    esac
}

install_requirements() { # install_requirements FILE
    local wanted stamp
    stamp=".venv/.installed-$(printf '%s' "$1" | tr '/' '-')"
    wanted="$(sha256sum <"$1") $CLONE"
    [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || return 0
    echo "Installing the Python packages of $1"
    "$VENV_PYTHON" -m pip install --quiet --disable-pip-version-check --no-input -r "$1" ||
        fail "The Python packages of $1 could not be installed: see above. Start again to retry."
    printf '%s' "$wanted" >"$stamp"
}

make_venv() {
    ! "$VENV_PYTHON" -m pip --version >/dev/null 2>&1 || return 0
    echo "Making the virtual environment .venv"
    rm -rf .venv
    "$PYTHON" -m venv .venv || fail "The virtual environment $CLONE/.venv could not be made: see above."
}

set_up() { # set_up [with-browser | with-lighthouse]
    [ -w "$CLONE" ] || [ -x "$VENV_PYTHON" ] ||
        fail "$CLONE cannot be written by $(id -un): make it yours, or clone Porada somewhere else."
    PYTHON=$(find_python) || exit 1
    # Two commands may be started side by side: the second one waits for the first one's set-up.
    exec 9<bin/setup.sh
    flock 9
    list_missing_packages "${1:-}"
    [ "${#missing_packages[@]}" -eq 0 ] || install_packages
    make_venv
    install_requirements requirements.txt
    [ "${1:-}" != with-browser ] || install_requirements .ci/requirements.txt
    exec 9<&-
}
