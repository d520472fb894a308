#!/bin/sh
# Installs Chromium and fonts where a package manager may be used; says so where not.
# The tests that need a browser are skipped by name when there is none.
set -u
if command -v chromium >/dev/null 2>&1; then
  exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing Chromium and fonts for the browser tests …"
  { apt-get update && apt-get install -y --no-install-recommends chromium fonts-noto-core; } \
    >/tmp/minhtin-browser.log 2>&1 && exit 0
  echo "Chromium could not be installed; see /tmp/minhtin-browser.log. Browser tests will be skipped."
  exit 0
fi
echo "There is no Chromium here, so the browser tests will be skipped."
echo "To run them: install the packages chromium and fonts-noto-core, then make test again."
