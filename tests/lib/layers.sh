#!/bin/sh
# layers.sh tree|planted: includes only point down; and the check notices one that does not.
. "$ROOT/tests/lib/common.sh"
if [ "$1" = tree ]; then
	quiet sh "$ROOT/tests/layers.sh" "$ROOT"
	exit 0
fi
for part in grammar compiler runtime; do
	cp -R "$ROOT/$part" .
done
quiet sh "$ROOT/tests/layers.sh" .

# planted FILE INCLUDE: adds the line, wants it refused by name, takes it out again.
planted()
{
	[ -f "$1" ] && cp "$1" saved || : >saved
	echo "#include \"$2\"" >>"$1"
	sh "$ROOT/tests/layers.sh" . >log 2>&1 && fail "layers.sh did not notice '#include \"$2\"' in $1"
	expect_text log "$1"
	expect_text log "$2"
	cp saved "$1"
}
planted compiler/base.c diag.h
planted compiler/diag.h ../grammar/parse.h
planted compiler/weights/weights.c ../ast.h
planted compiler/passes/planted.c ../ast.h
planted compiler/passes/planted.c ../back/back.h
planted grammar/parse.c ../compiler/ir.h
planted runtime/nn.h ../compiler/base.h
echo >compiler/planted.c
sh "$ROOT/tests/layers.sh" . >log 2>&1 && fail "layers.sh did not notice a file that is in no layer"
expect_text log compiler/planted.c
