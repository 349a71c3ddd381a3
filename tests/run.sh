#!/bin/sh
# run.sh [KIND...]: the test runner. All kinds, or those named; FILTER=substring keeps the tests whose KIND/NAME has it.
#
# A test is a line "kind variant name"; tests/lib/KIND.sh runs it in a temporary folder of its own and exits 0
# (passed), 77 (skipped, its output says why) or anything else (failed, its output says why). A test that holds
# many checks writes "passed failed" into the file $COUNTS. Only failures are shown, with the folder that was kept.
# NETC= selects another compiler, VARIANTS="plain asan" the builds, JOBS= the number run at a time,
# BLESS=1 rewrites goldens.
# The last line is "N passed, N failed[, N skipped]"; the status is 1 if any failed or nothing ran.
set -u
LC_ALL=C
ROOT=$(cd "$(dirname "$0")/.." && pwd) || exit 1
BUILD=${BUILD:-build}
case $BUILD in /*) ;; *) BUILD=$ROOT/$BUILD ;; esac
VARIANTS=${VARIANTS:-plain asan}
PLAIN_KINDS="unit layers cli fail ir lang docs prop examples determinism diff train options layout pictures torch onnx export forecast bench target embedding fuzz"
ASAN_KINDS="unit cli fail ir lang prop diff train options layout pictures"
WORK=$(mktemp -d "${TMPDIR:-/tmp}/netc-tests.XXXXXX") || exit 1
NETC_GIVEN=${NETC-}
BLESS=${BLESS-}
export LC_ALL ROOT BUILD WORK NETC_GIVEN BLESS
mkdir "$WORK/results"
trap 'rm -rf "$WORK"; exit 130' INT TERM HUP

names_of()
{
	cd "$ROOT" || exit 1
	case $1 in
	unit) [ -x "$2/tests/unit" ] && "$2/tests/unit" --list ;;
	prop) [ -f tests/prop/prop.c ] && seq 1 4 ;;
	torch) printf '%s\n' 1 2 train ;;
	bench) echo w2 ;;
	target) printf '%s\n' m4 m4-mcu m55-mcu rv32imafc rv32imafc-mcu planted table worse cycles lanes ;;
	embedding) printf '%s\n' figures options links make cmake zephyr arduino ;;
	forecast) printf '%s\n' ${FORECAST_TARGETS:-m0 m4 rv32imafc host} planted ;;
	export) printf '%s\n' seeds diff export checkers ;;
	layers) printf '%s\n' tree planted ;;
	fuzz) ls tests/fuzz/fuzz_*.c 2>/dev/null | sed 's,.*/fuzz_,,; s,\.c$,,' ;;
	examples) {
		ls examples/seeds/*-check.npz 2>/dev/null | sed 's,.*/,,; s,-check\.npz$,,'
		ls examples/*/main.c 2>/dev/null | sed 's,examples/,,; s,/main\.c$,,'
		ls tests/examples/*.sh 2>/dev/null | sed 's,.*/,,; s,\.sh$,,'
	} | sort -u ;;
	docs) sed -n 's/^<!-- test \([^:]*\):.*/\1/p' docs/*.md 2>/dev/null; echo every-example ;;
	# Browsers and clocks have no use for the sanitized build.
	pictures) ls tests/pictures/*.net tests/pictures/*.ir tests/pictures/*.sh | sed 's,.*/,,' |
		case $2 in */asan) grep -vE '^(page|browser|graphviz|schema|long|images)' ;; *) cat ;; esac ;;
	determinism) ls examples/*/*.net tests/diff/*.net 2>/dev/null ;;
	*) ls tests/"$1"/*.net tests/"$1"/*.ir tests/"$1"/*.sh 2>/dev/null | sed 's,.*/,,' ;;
	esac
	:
}

list()
{
	for variant in $VARIANTS; do
		[ "$variant" = asan ] && kinds=$ASAN_KINDS && build=$BUILD/asan || { kinds=$PLAIN_KINDS; build=$BUILD; }
		for kind in $kinds; do
			case " ${wanted:-$kind} " in *" $kind "*) ;; *) continue ;; esac
			names_of "$kind" "$build" | while read -r name; do
				case $kind/$name in *"${FILTER-}"*) echo "$kind,$variant,$name" ;; esac
			done
		done
	done
}

wanted="$*"
for kind in $wanted; do
	[ -f "$ROOT/tests/lib/$kind.sh" ] && continue
	echo "run.sh: no such kind of test: '$kind'; there are: $PLAIN_KINDS" >&2
	rm -rf "$WORK"
	exit 2
done

# The longest first, so that the processors stay busy to the end.
list >"$WORK/list"
jobs=${JOBS:-$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)}
long='^(prop|unit|fuzz|examples|torch|target|export|forecast),'
grep -E "$long" "$WORK/list" >"$WORK/order"
grep -Ev "$long" "$WORK/list" >>"$WORK/order"
[ ! -s "$WORK/order" ] || xargs -P "$jobs" -n 1 sh "$ROOT/tests/lib/one.sh" <"$WORK/order" || true

# One line per kind, then the total; a test without a result was killed and counts as failed.
while IFS=, read -r kind variant name; do
	file=$WORK/results/$(echo "$kind,$variant,$name" | tr '/' '@')
	[ -s "$file" ] && result=$(cat "$file") || { result="0 1 0"; echo "FAIL $kind/$name ($variant): no result"; }
	echo "$kind,$variant $result"
done <"$WORK/list" >"$WORK/all"
grep '^FAIL' "$WORK/all"
awk '$1 !~ /^FAIL/ {
	split($1, part, ",")
	row = part[1] (part[2] == "plain" ? "" : " (" part[2] ")")
	if (!(row in p)) order[++n] = row
	p[row] += $2; f[row] += $3; s[row] += $4
	P += $2; F += $3; S += $4
}
function line(p, f, s) { return p " passed, " f " failed" (s ? ", " s " skipped" : "") }
END {
	for (i = 1; i <= n; i++) printf "%-14s %s\n", order[i], line(p[order[i]], f[order[i]], s[order[i]])
	print line(P + 0, F + 0, S + 0)
	exit F || !P
}' "$WORK/all"
status=$?
rm -rf "$WORK/results" "$WORK/list" "$WORK/order" "$WORK/all" "$WORK/lock" "$WORK/skipped"
rmdir "$WORK" 2>/dev/null
exit $status
