#!/usr/bin/env bash
# The checks of bin/test, beside a PostgreSQL and a Redis made for them. Arguments go to pytest.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PATH="$PWD/.venv/bin:$PATH"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
packages=(crm teams clients contacts projects tasks)

step() { # step NAME COMMAND…: its output is shown when it fails
    local name=$1 output start=$SECONDS
    shift
    if output=$("$@" 2>&1); then
        printf 'ok      %s (%s s)\n' "$name" $((SECONDS - start))
    else
        printf '%s\nFAILED  %s\n' "$output" "$name"
        touch "$scratch/failed"
    fi
}

compile_catalogues() {
    ! compgen -G 'locale/*/LC_MESSAGES/*.po' >/dev/null ||
        python manage.py compilemessages --ignore .venv --ignore var --verbosity 0
}

check_deployment() { BASE_URL=https://crm.example python manage.py check --deploy --fail-level WARNING; }

slow_checks() {
    step "mypy" mypy "${packages[@]}"
    step "import-linter" lint-imports
    step "djLint" djlint templates --lint --quiet
    step "djLint of parts" djlint templates --lint --quiet --extension jinja --profile jinja
}

step "ruff format" ruff format --check .
step "ruff check" ruff check .
step "catalogues" compile_catalogues
step "migrations complete" python manage.py makemigrations --check --dry-run
step "check --deploy" check_deployment

slow_checks >"$scratch/slow" 2>&1 &
python -m pytest -n 2 --dist loadgroup "$@" || touch "$scratch/failed"
wait
cat "$scratch/slow"

if [ -e "$scratch/failed" ]; then
    echo failed
    exit 1
fi
echo passed
