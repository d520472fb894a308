#!/bin/sh
# Writes the lock files: pinned, with hashes, without the address of any index.
set -eu
BIN=$1
options="--python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet"
"$BIN/uv" pip compile pyproject.toml $options -o requirements.lock
for extra in dev kafka elastic postgres s3; do
  "$BIN/uv" pip compile pyproject.toml --extra "$extra" -c requirements.lock $options \
    -o "requirements-$extra.lock"
done
