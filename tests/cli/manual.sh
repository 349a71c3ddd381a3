# The man page and the completions have the options of --help, no more and no fewer, and their values.
"$NETC" --help >help
page=$ROOT/docs/netc.1 folder=$ROOT/tools/completions

{ grep -oE -e '--[a-z][a-z-]*|-fdiagnostics-[a-z]+' help; sed 's/-fdiag[^ ,]*//g' help | grep -oE -e '(^|[ ,])-[A-Za-z]+-?'; } |
	tr -d ' ,' | sort -u >wanted
[ "$(wc -l <wanted)" -gt 25 ] || fail "the options of --help were not found"

# Of the man page, the lines after .TP that begin an entry.
sed 's/\\-/-/g' "$page" | awk '/^\.TP/ { entry = 1; next } entry { print; entry = 0 }' |
	sed 's/^\.[A-Z]* *//' | grep -oE '^"?--?[A-Za-z][a-zA-Z-]*' | tr -d '"' | sort -u >manual
same wanted manual "the list of options in docs/netc.1"
for status in $(sed -n '/^Exit status/,$p' help | grep -oE '[0-9]+'); do
	grep -qxF ".B $status" "$page" || fail "exit status $status is not in docs/netc.1"
done
expect_text "$page" "\"$("$NETC" --version)\""

sed -n 's/^complete -c netc //p' "$folder/netc.fish" |
	sed -E 's/^-l ([^ ]*).*/--\1/; s/^-[so] ([^ ]*).*/-\1/' | sort -u >fish
same wanted fish "the list of options in netc.fish"
sed -nE "s/^	'(\(- \*\)|\*)?(--?[A-Za-z][a-zA-Z-]*).*/\2/p" "$folder/_netc" | sed 's/^-\([WO]\)-$/-\1/; s/\(-fdiagnostics-[a-z]*\)=.*/\1/' | sort -u >zsh
same wanted zsh "the list of options in _netc"
sed -n '/words="--unroll/,/"$/p' "$folder/netc.bash" | grep -oE -e '--?[A-Za-z][a-zA-Z-]*' | sort -u >bash
same wanted bash "the list of options in netc.bash"

# values OPTION: those that netc names when it is given a wrong one.
values()
{
	"$NETC" "$1=?" x.net 2>&1 | sed -n "s/.*; wanted //p" | tr -d ','
}
for option in --emit --layout --weights-as --init --math --target --scratch --decay -fdiagnostics-color -fdiagnostics-format; do
	found=$(values $option)
	[ -n "$found" ] || fail "$option has no list of values"
	for value in $found; do
		for file in "$page" "$folder/netc.bash" "$folder/_netc" "$folder/netc.fish"; do
			grep -qwF -e "$value" "$file" || fail "the value '$value' of $option is not in ${file##*/}"
		done
	done
done
for pass in $("$NETC" -d help | awk '/^  / { print $2 }'); do
	for file in "$folder/netc.bash" "$folder/_netc" "$folder/netc.fish"; do
		grep -qwF "$pass" "$file" || fail "the pass '$pass' is not in ${file##*/}"
	done
done

if command -v mandoc >/dev/null 2>&1; then
	mandoc -T lint "$page" >lint 2>&1
	expect_empty lint
fi
if command -v bash >/dev/null 2>&1; then
	quiet bash -n "$folder/netc.bash"
	# complete WORDS: what the last word is completed to.
	cat >complete.sh <<'SH'
. "$1"
shift
compopt() { :; }
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_netc
printf '%s\n' "${COMPREPLY[@]}"
SH
	touch a.net other.txt
	for words in '--sc:--scratch' '--emit sum:summary' '--emit = sum:summary' '--math = l:libm' 'a:a.net' '--weights oth:other.txt'; do
		# shellcheck disable=SC2086
		found=$(bash complete.sh "$folder/netc.bash" netc ${words%:*})
		[ "$found" = "${words#*:}" ] || fail "'netc ${words%:*}' completes to '$found'; wanted '${words#*:}'"
	done
fi
if command -v zsh >/dev/null 2>&1; then quiet zsh -n "$folder/_netc"; fi
if command -v fish >/dev/null 2>&1; then
	quiet fish --no-execute "$folder/netc.fish"
	found=$(HOME=$PWD fish -c "source $folder/netc.fish; complete -C 'netc --scr'" | cut -f 1)
	[ "$found" = --scratch ] || fail "fish completes 'netc --scr' to '$found'"
fi
