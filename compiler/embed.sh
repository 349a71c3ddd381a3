#!/bin/sh
# embed.sh NAME=FILE...: prints C that defines NAME_text and NAME_size with the bytes of each file.
set -eu
echo '#include "embedded.h"'
for pair in "$@"; do
	name=${pair%%=*} file=${pair#*=}
	[ -r "$file" ] || { echo "embed.sh: cannot read '$file'" >&2; exit 1; }
	echo "const char ${name}_text[] = {"
	od -An -v -td1 "$file" | sed 's/[[:space:]]\{1,\}/,/g; s/^,/\t/; s/,*$/,/'
	printf '\t0};\nconst size_t %s_size = sizeof %s_text - 1;\n' "$name" "$name"
done
