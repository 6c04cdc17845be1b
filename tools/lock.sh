#!/bin/sh
# Pin every dependency with hashes. The lock files name no registry, so that any mirror serves them.
set -eu
cd "$(dirname "$0")/.."
lock() {
    out=$1
    shift
    uv pip compile --universal --generate-hashes --python-version 3.11 --quiet --no-annotate \
        --custom-compile-command "make lock" "$@" --output-file "requirements/$out.txt"
}
lock base pyproject.toml --group build
lock dev pyproject.toml --group build --group dev --extra postgres --extra osm --constraint requirements/base.txt
lock full pyproject.toml --group build --group dev --extra postgres --extra osm --extra spark --extra geo --constraint requirements/dev.txt
lock node --group node
