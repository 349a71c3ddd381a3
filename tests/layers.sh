#!/bin/sh
# layers.sh [REPO]: proves from the #include lines that includes only point down; names each line that does not.
#
# A file belongs to the first layer whose pattern fits; it may include its own layer and those listed for it.
# A file in no layer is an error too: a new module gets a line here first. Operators and IR are one layer, since
# a graph cannot be printed without the table and the table's rules work on graphs.
set -u
cd "${1:-$(dirname "$0")/..}" || exit 2
files=$(mktemp) || exit 2
trap 'rm -f "$files"' EXIT
find grammar compiler runtime \( -name '*.[chly]' -o -name '*.def' \) -print | LC_ALL=C sort >"$files" || exit 2
awk '
function layer(name, pattern, below)
{
	names[++layers] = name
	patterns[layers] = "^" pattern "$"
	may[layers] = " " name " " below " "
}
BEGIN {
	#     name      files                            may include
	layer("runtime",  "runtime/.*",                    "")
	layer("base",     "compiler/base[.].*",            "")
	layer("embedded", "compiler/embedded[.]h",         "")
	layer("diag",     "compiler/diag[.].*",            "base")
	layer("ast",      "compiler/ast[.].*",             "diag base")
	layer("grammar",  "grammar/.*",                    "ast diag base")
	layer("ir",       "compiler/(ir|ops?)(_[a-z]+)*[.].*", "diag base")
	layer("weights",  "compiler/weights/.*",           "diag base")
	layer("lower",    "compiler/lower([a-z_]*[.]|/).*", "ast ir diag base")
	layer("pass",     "compiler/pass[.].*",            "ir diag base")
	layer("passes",   "compiler/passes/.*",            "pass ir diag base")
	layer("driver",   "compiler/(bind|evalfile|evaltrain|gradcheck|options|train)[.].*", "back lower eval pass weights ir diag base")
	layer("eval",     "compiler/eval[a-z_]*[.].*",     "ir diag base")
	layer("back",     "compiler/back/.*",              "ir diag base embedded")
	layer("main",     "compiler/main[.]c",             "*")
}
function layer_of(path,   i)
{
	for (i = 1; i <= layers; i++)
		if (path ~ patterns[i])
			return i
	return 0
}
# folder/../x and ./ taken out.
function clean(path)
{
	while (sub(/(^|\/)\.\//, "/", path)) { }
	while (sub(/[^\/.][^\/]*\/\.\.\//, "", path)) { }
	sub(/^\//, "", path)
	return path
}
function complain(text)
{
	printf "%s:%d: %s\n", file, line, text
	bad = 1
}
{ known[$0]; list[NR] = $0 }
END {
	for (f = 1; f <= NR; f++) {
		file = list[f]
		line = 1
		own = layer_of(file)
		if (!own) {
			complain("this file is in no layer; add one to tests/layers.sh")
			continue
		}
		for (line = 1; (getline text < file) > 0; line++) {
			if (text !~ /^[ \t]*#[ \t]*include[ \t]*"/)
				continue
			split(text, part, "\"")
			folder = file
			sub(/[^\/]*$/, "", folder)
			target = clean(folder part[2])
			if (!(target in known) && (("compiler/" part[2]) in known)) target = "compiler/" part[2]
			if (!(target in known) && (clean("grammar/" part[2]) in known)) target = clean("grammar/" part[2])
			if (part[2] ~ /^net[.](tab|lex)[.]h$/) target = "grammar/" part[2]
			below = layer_of(target)
			if (!below)
				complain("\"" part[2] "\" is in no layer")
			else if (may[own] != " main * " && index(may[own], " " names[below] " ") == 0)
				complain("the layer " names[own] " may not include \"" part[2] "\" (" names[below] "); it may include:" may[own])
		}
		close(file)
	}
	exit bad
}' "$files"
