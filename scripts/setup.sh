#!/usr/bin/env bash
# Makes everything that `make run` and `make test` need: the system packages, .venv with
# the locked dependencies, and the project itself, editable. Does nothing, quickly, when
# all of that is there. Exits 3 with the command to run when it may not install something.
#
# With --tests it also installs Chromium, where it may: `make test` asks for that.
#
# PYTHON=/path/to/python picks the interpreter of a new .venv.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly VENV=.venv
readonly STAMP=$VENV/.setup-done
readonly PLACE=$VENV/.setup-place
readonly MISSING_DEPENDENCY=3
readonly INPUTS=(requirements-dev.lock pyproject.toml scripts/setup.sh)

say() { printf 'setup: %s\n' "$*" >&2; }
fail() {
    say "$@"
    exit "$MISSING_DEPENDENCY"
}

# A Python can make the environment when it is new enough and has the venv module whole:
# Debian ships `venv` without `ensurepip` until python3-venv is installed.
usable() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
        >/dev/null 2>&1
}

find_python() {
    local candidate
    for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3.14 python3}; do
        if usable "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

has_chromium() {
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null
}

has_tesseract() {
    command -v tesseract >/dev/null && tesseract --list-langs 2>/dev/null | grep -x eng >/dev/null
}

missing_packages() {
    has_tesseract || echo tesseract-ocr tesseract-ocr-eng
    [[ -x $VENV/bin/python ]] || find_python >/dev/null || echo python3 python3-venv
}

install_packages() {
    local packages=("$@")
    local install=(apt-get install -y --no-install-recommends "${packages[@]}")
    if ! command -v apt-get >/dev/null; then
        fail "missing: ${packages[*]} (Debian's names). Install them, then run make again."
    elif [[ $(id -u) != 0 ]]; then
        fail "missing system packages. Run: sudo apt-get update && sudo ${install[*]}"
    fi
    say "installing ${packages[*]}"
    # Closed input and this frontend: a package must not stop to ask.
    DEBIAN_FRONTEND=noninteractive apt-get update -q </dev/null >&2
    DEBIAN_FRONTEND=noninteractive "${install[@]}" </dev/null >&2
}

fingerprint() {
    { "$VENV/bin/python" --version && cat "${INPUTS[@]}"; } 2>&1 | sha256sum
}

make_environment() {
    local python
    python=$(find_python) ||
        fail "no Python 3.11 or newer with venv found. Install one, or name it: PYTHON=/path/to/python make setup"
    say "making $VENV with $("$python" --version) (a few minutes the first time)"
    rm -rf "$VENV"
    "$python" -m venv "$VENV"
    pwd >"$PLACE"
}

# Made here, not moved or copied here (its scripts name the place where it was made), with
# its base interpreter still there, and not cut off half-way.
whole_environment() {
    [[ -e $PLACE && $(<"$PLACE") == "$PWD" ]] && "$VENV/bin/python" -c 'import pip' 2>/dev/null
}

install_locked() {
    say "installing the locked dependencies"
    local pip=("$VENV/bin/python" -m pip --disable-pip-version-check --quiet install)
    "${pip[@]}" --require-hashes -r requirements-dev.lock >&2
    "${pip[@]}" --no-deps --no-build-isolation --editable . >&2
}

# Chromium is needed by nothing but the tests of the review page, which are skipped without.
prepare_tests() {
    if has_chromium; then
        return
    elif command -v apt-get >/dev/null && [[ $(id -u) == 0 ]]; then
        install_packages chromium
    else
        say "no Chromium: the tests of the review page will be skipped (Debian: apt-get install chromium)"
    fi
}

main() {
    local missing
    read -r -a missing <<<"$(missing_packages | tr '\n' ' ')"
    if ((${#missing[@]})); then
        install_packages "${missing[@]}"
    fi
    if [[ ${1:-} == --tests ]]; then
        prepare_tests
    fi
    # An environment that only lags behind the lock is brought up to it.
    whole_environment || make_environment
    if [[ -e $STAMP && $(<"$STAMP") == "$(fingerprint)" ]]; then
        return
    fi
    install_locked
    fingerprint >"$STAMP"
    say "done"
}

main "$@"
