#!/usr/bin/env bash
# Brings the checkout to a state in which the processes can start: two Python environments and the built web pages.
# Does nothing when nothing changed. Says how to mend what is missing.
# Usage: bootstrap.sh [python|web|browser]...   (default: python web)
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD

fail() { printf '\n✗ %s\n  %s\n\n' "$1" "$2" >&2; exit 1; }

find_python() { # $1 = 3.10 | 3.12, $2 = folder whose .python-version names it
  local found candidate
  for candidate in "python$1" python3; do
    found=$(cd "$2" && "$candidate" -c "import sys, venv; v='%d.%d' % sys.version_info[:2]; print(sys.executable if v == '$1' else '')" 2>/dev/null) || continue
    [ -n "$found" ] && { printf '%s\n' "$found"; return; }
  done
  for candidate in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$1"*/bin/python; do
    [ -x "$candidate" ] && { printf '%s\n' "$candidate"; return; }
  done
  if [ -x .tools/bin/uv ] && found=$(.tools/bin/uv python find --no-project "$1" 2>/dev/null); then printf '%s\n' "$found"; return; fi
  fail "Python $1 was not found." "Install it, for example: pyenv install $1   or   uv python install $1   (then run the same command again)"
}

digest() { cat "$@" | sha256sum | cut -d' ' -f1; }

environment() { # $1 = venv, $2 = lock, $3 = python version, $4 = folder, rest = folders to import from
  local venv=$1 lock=$2 version=$3 folder=$4 wanted
  shift 4
  wanted="$(digest "$lock") $version"
  if [ "$(cat "$venv/.installed" 2>/dev/null)" != "$wanted" ]; then
    echo "· installing $venv (Python $version)"
    local python
    python=$(find_python "$version" "$folder")
    [ -x "$venv/bin/python" ] || .tools/bin/uv venv -q --python "$python" "$venv"
    .tools/bin/uv pip sync -q --compile-bytecode --require-hashes --python "$venv/bin/python" "$lock"
    printf '%s\n' "$@" > "$("$venv/bin/python" -c 'import site; print(site.getsitepackages()[0])')/workspace.pth"
    echo "$wanted" > "$venv/.installed"
  fi
}

python_environments() {
  if [ "$(cat .tools/.installed 2>/dev/null)" != "$(digest deploy/local/tools.lock)" ]; then
    local python
    python=$(find_python 3.10 .)
    "$python" -m venv .tools
    .tools/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r deploy/local/tools.lock
    digest deploy/local/tools.lock > .tools/.installed
  fi
  environment .venv requirements.lock 3.10 . "$root"
  environment services/.venv services/requirements.lock 3.12 services "$root" "$root/services"
}

web_pages() {
  command -v node >/dev/null && command -v npm >/dev/null ||
    fail "Node.js was not found." "Install Node.js 20 or newer with npm (Debian: apt-get install nodejs npm), then run the same command again."
  [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] ||
    fail "Node.js $(node --version) is too old." "Install Node.js 20 or newer, then run the same command again."
  local locked wanted
  locked=$(digest web/package.json web/package-lock.json)
  if [ "$(cat web/node_modules/.installed 2>/dev/null)" != "$locked" ]; then
    echo "· installing the web packages"
    npm --prefix web ci --no-fund --no-audit --loglevel=error
    echo "$locked" > web/node_modules/.installed
  fi
  wanted=$(find web -path web/node_modules -prune -o -path web/dist -prune -o -type f -print | LC_ALL=C sort | xargs cat | sha256sum | cut -d' ' -f1)
  if [ "$(cat web/dist/.built 2>/dev/null)" != "$wanted" ]; then
    echo "· building the web pages"
    npm --prefix web run --silent build
    echo "$wanted" > web/dist/.built
  fi
}

browser() {
  for candidate in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
    [ -n "$candidate" ] && command -v "$candidate" >/dev/null && return
  done
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "· installing Chromium"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-noto-cjk >/dev/null
  else
    fail "Chromium was not found." "Install it (Debian: apt-get install chromium fonts-noto-cjk), or name it in CHROMIUM=/path/to/chromium."
  fi
}

for part in "${@:-python}"; do
  case $part in
    python) python_environments ;;
    web) web_pages ;;
    browser) browser ;;
    *) fail "Unknown part: $part" "Parts are: python web browser" ;;
  esac
done
