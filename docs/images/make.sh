#!/bin/sh
# make.sh NETC FOLDER: draws the images of the README and of docs/graph.md into FOLDER; 'make images' calls it.
set -eu
netc=$1 folder=$2
root=$(cd "$(dirname "$0")/../.." && pwd)
# The net of the README, as it stands there.
awk '/^<!-- file tone.net/ { on = 1; next } on && /^```$/ { exit } on && !/^```/' "$root/README.md" >"$folder/tone.net"
"$netc" "$folder/tone.net" --emit=svg -o "$folder/tone.svg"
rm "$folder/tone.net"
"$netc" "$root/examples/pedal/pedal.net" --unroll 2 --emit=svg -o "$folder/pedal.svg"
