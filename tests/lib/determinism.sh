#!/bin/sh
# determinism.sh FOLDER/NAME.net: the same input gives the same bytes, whatever the folder, the day and the locale.
. "$ROOT/tests/lib/common.sh"
path=$1
net=${path##*/} folder=$ROOT/${path%/*}
stem=${net%.net}
args=$(comment_value args "$folder/$net")
if [ -f "$folder/$stem.npz" ]; then
	args="$args --weights $stem.npz"
elif [ -f "$folder/$stem.safetensors" ]; then
	args="$args --weights $stem.safetensors"
else
	case $args in *--weights* | *--init*) ;; *) args="$args --init=seeded" ;; esac
fi
mkdir -p a b/much/longer
for place in a b/much/longer; do
	cp "$folder/$stem".* $place
done
eval "set -- $args"
(cd a && run "$NETC" "$net" "$@" -o t.c && run "$NETC" "$net" "$@" -w --emit=ir -o t.ir &&
	run "$NETC" "$net" "$@" -w --emit=html -o t.html) || exit 1
(
	cd b/much/longer && export TZ=Asia/Tokyo LC_ALL=de_DE.UTF-8 LANG=tr_TR.UTF-8 HOME=/nonexistent TMPDIR=/tmp &&
		run "$NETC" "$PWD/$net" "$@" -o "$PWD/t.c" && run "$NETC" "./$net" "$@" -w --emit=ir -o t.ir &&
		run "$NETC" "./$net" "$@" -w --emit=html -o t.html
) || exit 1
for file in t.c t.h t.ir t.html; do
	expect_file a/$file
	same a/$file b/much/longer/$file $file
done
