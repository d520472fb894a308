#!/bin/sh
# Runs `minhtin` with secrets that are mounted as files: /run/secrets/minhtin_<name>
# becomes the setting MINHTIN_<NAME>. Secrets then are in no image, no manifest and no
# `docker inspect`.
set -eu
folder=${SECRETS_FOLDER:-/run/secrets}
for file in "$folder"/minhtin_*; do
    [ -f "$file" ] || continue
    name=$(basename "$file" | tr '[:lower:]' '[:upper:]')
    value=$(cat "$file")
    export "$name=$value"
done
exec minhtin "$@"
