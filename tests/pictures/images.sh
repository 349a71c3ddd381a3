# The images of the README are what netc draws now; 'make images' renews them.
mkdir images
run sh "$ROOT/docs/images/make.sh" "$NETC" images
for image in images/*.svg; do
	same "$ROOT/docs/images/${image##*/}" "$image" "docs/images/${image##*/} ('make images' renews it)"
	grep -qF "docs/images/${image##*/}" "$ROOT/README.md" || fail "${image##*/} is not in the README"
done
[ "$(ls "$ROOT"/docs/images/*.svg | wc -l)" = "$(ls images/*.svg | wc -l)" ] || fail "docs/images has a file that nothing makes"
