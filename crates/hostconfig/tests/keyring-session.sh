#!/bin/sh
# usage: keyring-session.sh COMMAND [ARGUMENT...]
# Runs COMMAND in a D-Bus session of its own with an unlocked keyring that is thrown away afterwards.
set -eu
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
export XDG_DATA_HOME="$home/data" XDG_RUNTIME_DIR="$home/run" XDG_CONFIG_HOME="$home/config" XDG_CACHE_HOME="$home/cache"
mkdir -p -m 700 "$XDG_RUNTIME_DIR" "$XDG_DATA_HOME/keyrings"
dbus-run-session -- sh -eu -c '
  printf throw-away | gnome-keyring-daemon --unlock --components=secrets >"$XDG_RUNTIME_DIR/keyring.log" 2>&1 || {
    cat "$XDG_RUNTIME_DIR/keyring.log" >&2
    exit 1
  }
  exec "$@"' sh "$@"
