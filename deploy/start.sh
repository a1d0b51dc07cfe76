#!/bin/sh
# Starts a command of runner.py. Before it serves, the index is there: the image's own for the
# sample help desk, else one that is brought up to date with your documents.
set -eu
if [ "${1:-}" = serve ]; then
    index="${TURNWISE_DATA:-/data}/index"
    if [ -n "${TURNWISE_KNOWLEDGE:-}${TURNWISE_ENCODER:-}" ]; then
        python runner.py index build
    elif [ ! -e "$index" ]; then
        cp -R .turnwise/index "$index.new"
        mv "$index.new" "$index"
    fi
fi
exec python runner.py "$@"
