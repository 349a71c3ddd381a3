# table.sh: table.txt, which may only improve.
#
# A row is "TARGET NET CFLAGS OPTIONS FIGURES", OPTIONS joined by commas or "-"; lines with # stay as they are, except
# those of the compilers. A row without figures is measured for the first time.

# compilers: what the figures depend on besides netc.
compilers()
{
	for compiler in arm-none-eabi-gcc riscv64-unknown-elf-gcc; do
		echo "# by $compiler $($compiler -dumpfullversion 2>/dev/null || echo none)"
	done
}

same_compilers()
{
	[ "$(compilers)" = "$(grep '^# by ' "$TABLE")" ] && return
	echo "table.txt was measured with other compilers:" $(sed -n 's/^# by //p' "$TABLE")
	return 1
}

# row TARGET NET CFLAGS OPTIONS FIGURES
row()
{
	printf '%-10s %-4s %-22s %-24s %8s %7s %6s %6s %4s %4s %5s %5s\n' "$@" | sed 's/ *$//'
}

# judge OLD NEW: on stdout the row to keep, on stderr what changed; status 1 if something got worse or is not in the
# table. Jitter counts where there is an FPU: without one it is the numbers' doing. The cycles of the model move a little
# with the place of the code: QEMU's blocks end where its pages end.
judge()
{
	awk -v names="$FIGURES" -v bless="${BLESS-}" -v old="$1" -v new="$2" 'BEGIN {
		n = split(names, name)
		split(old, a)
		split(new, b)
		soft = a[1] == "m0" || a[1] == "rv32imac"
		for (i = 1; i <= n; i++) {
			was = a[i + 4]
			is = b[i + 4]
			most = was * (name[i] == "cycles" ? 1.001 : 1)
			if (was "" == is "" || name[i] == "jitter" && soft || name[i] == "cycles" && is > was && is <= most) continue
			mark = was == "" ? "" : is + 0 > most ? " WORSE" : " better"
			bad += mark == " WORSE"
			fresh += was == ""
			change = change "  " name[i] " " was " -> " is mark
		}
		if (change) print a[1], a[2], a[3], a[4] ":" change >"/dev/stderr"
		print bless == "all" || bless && !bad ? new : old
		exit bless ? bad && bless != "all" : bad || fresh
	}'
}

# measured TARGET NET CFLAGS OPTIONS [FIGURES]: the row of the table anew; status as judge's.
measured()
{
	# shellcheck disable=SC2046
	bench "$1" "$2" "$3" $(echo "$4" | sed 's/^-$//; s/,/ /g')
	judge "$*" "$1 $2 $3 $4 $(echo $figures)"
}

# page: the tables of PAGE anew.
page()
{
	awk -f "$HERE/doc.awk" "$TABLE" "$PAGE" >"$OUT/page.$$" && cp "$OUT/page.$$" "$PAGE" && rm "$OUT/page.$$"
}

# table [TEXT]
table()
{
	same_compilers || [ -n "${BLESS-}" ] || return 77
	mkdir -p "$OUT" && compilers >"$OUT/table.$$" || exit 1
	rows=0 worse=0
	while read -r line <&3; do
		# shellcheck disable=SC2086
		case $line in '#'*) text= ;; *) text=$(echo $line) ;; esac
		case $line,$text in
		'# by '*) continue ;;
		*, | '#'*) ;;
		*,*"${1-}"*)
			# shellcheck disable=SC2086
			line=$(measured $line) || worse=$((worse + 1))
			[ -n "$line" ] || die "a row could not be measured"
			rows=$((rows + 1))
			;;
		esac
		case $line in '' | '#'*) echo "$line" ;; *) row $line ;; esac >>"$OUT/table.$$"
	done 3<"$TABLE"
	[ -z "${BLESS-}" ] || { cp "$OUT/table.$$" "$TABLE" && page; } || exit 1
	rm "$OUT/table.$$"
	echo "$rows rows measured, $worse worse or not in the table"
	[ $rows != 0 ] && [ $worse = 0 ]
}
