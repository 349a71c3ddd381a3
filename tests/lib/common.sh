# common.sh: what the test scripts share. They run in a temporary folder of their own, with these in the environment:
# NETC the compiler, ROOT the repository, BUILD its build folder, VARIANT plain or asan, BLESS non-empty to rewrite goldens.
set -u
CC=${CC:-cc}
# What interface.md promises about generated C.
STRICT="-Wall -Wextra -Wpedantic -Wconversion -Wdouble-promotion -Wvla -Werror"
SANITIZE="-fsanitize=address,undefined -fno-sanitize-recover=all"

# fail TEXT: this test fails.
fail()
{
	printf '%s\n' "$*"
	exit 1
}

skip()
{
	printf '%s\n' "$*"
	exit 77
}

# run COMMAND: fails with the command and what it said unless its status is 0.
run()
{
	"$@" >run.log 2>&1 && return
	code=$?
	printf 'status %s: %s\n' $code "$*"
	cat run.log
	exit 1
}

# quiet COMMAND: run, and fails if it said anything.
quiet()
{
	run "$@"
	[ -s run.log ] || return 0
	printf 'not quiet: %s\n' "$*"
	cat run.log
	exit 1
}

# expect_status N COMMAND: runs it with stdout in ./out and stderr in ./err, and fails unless its status is N.
expect_status()
{
	wanted_status=$1
	shift
	"$@" >out 2>err
	code=$?
	[ $code = "$wanted_status" ] && return
	printf 'status %s, wanted %s: %s\n' $code "$wanted_status" "$*"
	head -n 20 out
	cat err
	exit 1
}

# expect_text FILE TEXT: fails unless FILE has the fixed string TEXT.
expect_text()
{
	grep -qF -e "$2" "$1" && return
	printf "'%s' is not in %s:\n" "$2" "$1"
	cat "$1"
	exit 1
}

expect_no_text()
{
	grep -qF -e "$2" "$1" || return 0
	printf "'%s' is in %s:\n" "$2" "$1"
	cat "$1"
	exit 1
}

# expect_empty FILE, expect_file FILE, expect_no_file FILE
expect_empty()
{
	[ -s "$1" ] || return 0
	printf '%s is not empty:\n' "$1"
	cat "$1"
	exit 1
}

expect_file()
{
	[ -f "$1" ] || fail "no file '$1' was written"
}

expect_no_file()
{
	[ ! -e "$1" ] || fail "a file '$1' is there"
}

# same EXPECTED ACTUAL WHAT: fails with a diff unless the files are equal, byte for byte.
same()
{
	cmp -s "$1" "$2" && return
	echo "$3 differs (- expected, + found):"
	diff -u "$1" "$2" | sed '1,2{/^[-+][-+][-+] /d;}'
	exit 1
}

# same_bytes A B WHAT: for binary files.
same_bytes()
{
	cmp "$1" "$2" && return
	fail "$3 differs: $1, $2"
}

# comment_value KEY FILE: what follows "# KEY: " at the start of a line.
comment_value()
{
	sed -n "s/^# $1: *//p" "$2" | head -n 1
}

# weights_file OUT.npz: a weight file from text on stdin, lines "NAME (2, 3) 1 2 3 4 5 6".
weights_file()
{
	cat >weights.txt
	run "$PLAIN/tests/npzraw" text weights.txt "$1"
}

# show_tensors FILE: prints a weight file in that form.
show_tensors()
{
	"$PLAIN/tests/npzraw" show "$1"
}

# check_arrays NET CHECK.npz OPTIONS: netc --check, and every array that is no input was compared, so that no misspelt
# name passes for a check.
check_arrays()
{
	array_net=$1 array_file=$2
	shift 2
	run "$NETC" "$array_net" "$@" --check "$array_file"
	mv run.log agrees.txt
	run "$NETC" "$array_net" "$@" -w --emit=summary -o summary.txt
	show_tensors "$array_file" | sed 's/ (.*//' >arrays.txt
	while read -r array; do
		case "$array $*" in target*--grad* | mask*--grad*) continue ;; esac
		grep -qF "'$array' agrees" agrees.txt || grep -qE "^(input|state)  *$array " summary.txt ||
			fail "'$array' in ${array_file##*/} is no array of the net"
	done <arrays.txt
}
