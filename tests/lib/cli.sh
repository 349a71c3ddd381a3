#!/bin/sh
# cli.sh NAME.sh: a script about options, files and exit status; it has the functions of common.sh.
. "$ROOT/tests/lib/common.sh"
. "$ROOT/tests/cli/$1"
