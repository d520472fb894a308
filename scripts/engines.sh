#!/bin/sh
# Installs what the engines need where a package manager may be used; says so where not.
# Kafka and the search engines come through Maven, PostgreSQL as a package.
set -u
missing=""
command -v java >/dev/null 2>&1 && command -v javac >/dev/null 2>&1 || missing="$missing openjdk-17-jdk-headless"
command -v mvn >/dev/null 2>&1 || missing="$missing maven"
[ -x /usr/lib/postgresql/15/bin/postgres ] || missing="$missing postgresql-15"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing$missing for the engine tests …"
  log=$(mktemp)
  # shellcheck disable=SC2086 - a list of packages
  { apt-get update && apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1 && exit 0
  echo "They could not be installed; see $log."
  exit 0
fi
echo "Missing for the engine tests:$missing"
