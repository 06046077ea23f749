#!/usr/bin/env bash
# Installs what a build needs besides Swift: libsqlite3 and zlib with their headers.
set -euo pipefail

if ! command -v swift >/dev/null 2>&1; then
  echo "error: Swift 6.3 or later is needed: https://www.swift.org/install/linux" >&2
  exit 1
fi
# Whether a header is there, or pkg-config knows the library elsewhere.
has() {
  [ -e "/usr/include/$1" ] || { command -v pkg-config >/dev/null 2>&1 && pkg-config --exists "$2"; }
}
if has sqlite3.h sqlite3 && has zlib.h zlib; then
  exit 0
fi
if ! command -v apt-get >/dev/null 2>&1; then
  echo "error: sqlite3.h or zlib.h was not found; install the development files of SQLite and zlib (libsqlite3-dev zlib1g-dev, sqlite-devel zlib-devel)" >&2
  exit 1
fi
sudo=""
if [ "$(id -u)" -ne 0 ]; then sudo="sudo"; fi
echo "installing libsqlite3-dev and zlib1g-dev through apt" >&2
$sudo apt-get update -qq
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends libsqlite3-dev zlib1g-dev >&2
