#!/usr/bin/env bash
# Installs what a build needs besides Swift: libsqlite3 with its headers.
set -euo pipefail

if ! command -v swift >/dev/null 2>&1; then
  echo "error: Swift 6.3 or later is needed: https://www.swift.org/install/linux" >&2
  exit 1
fi
if [ -e /usr/include/sqlite3.h ] || { command -v pkg-config >/dev/null 2>&1 && pkg-config --exists sqlite3; }; then
  exit 0
fi
if ! command -v apt-get >/dev/null 2>&1; then
  echo "error: sqlite3.h was not found; install SQLite's development files (libsqlite3-dev, sqlite-devel)" >&2
  exit 1
fi
sudo=""
if [ "$(id -u)" -ne 0 ]; then sudo="sudo"; fi
echo "installing libsqlite3-dev through apt" >&2
$sudo apt-get update -qq
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends libsqlite3-dev >&2
