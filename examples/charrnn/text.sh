#!/bin/sh
# text.sh OUT: "The Devil's Dictionary" of Ambrose Bierce (1911, public domain) from Debian's package dict-devil.
#
# The package is taken apart, not installed: its dictionary server is not wanted. What is wanted is the dictionary from
# its first entry on, with the names of poets less far to the right.
set -eu
out=$1
dictionary=/usr/share/dictd/devil.dict.dz
if [ ! -f $dictionary ]; then
	folder=$(mktemp -d)
	trap 'rm -rf "$folder"' EXIT
	(cd "$folder" && apt-get -q download dict-devil >log 2>&1 && dpkg-deb -x dict-devil_*.deb .) || {
		cat "$folder/log" 2>/dev/null >&2 || :
		echo "text.sh: Debian's package dict-devil cannot be had; another text: make TEXT=file" >&2
		exit 1
	}
	dictionary=$folder$dictionary
fi
gzip -dc <$dictionary | sed -n '/^ABASEMENT/,$p' | sed 's/^         */        /' >"$out.new"
[ -s "$out.new" ] || { echo "text.sh: no text in $dictionary" >&2; exit 1; }
mv "$out.new" "$out"
