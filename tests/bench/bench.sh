#!/bin/sh
# bench.sh: the workloads, netc's C against its peers, in interleaved rounds on one thread; see docs/performance.md.
#
# FILTER=w1 keeps the workloads with that in their name; ROUNDS (15) of MS (20) milliseconds; PEERS="openblas" keeps
# those peers, PEERS=none only netc; OURS="native plain" keeps those builds; NATIVE="-O3 ..." are other flags for the
# builds native, own and step; NETC_FLAGS are options for netc; INSTRUCTIONS=no leaves out valgrind.
# Workloads that end in 'train' are updates of the weights; of the peers torch can do them. FILTER=train keeps those.
# Peers that cannot be built here are skipped by name. A wrong output is an error. Everything is in BUILD/bench.
set -u
LC_ALL=C
export LC_ALL
ROOT=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
BUILD=${BUILD:-build}
case $BUILD in /*) ;; *) BUILD=$ROOT/$BUILD ;; esac
NETC=${NETC:-$BUILD/netc} TOOL=${TOOL:-$BUILD/tests/npzraw}
BENCH=${BENCH:-$BUILD/bench}
CC=${CC:-gcc} CXX=${CXX:-g++}
# Debian's packages for Python are of Debian's Python.
[ -x /usr/bin/python3 ] && PYTHON=${PYTHON:-/usr/bin/python3} || PYTHON=${PYTHON:-python3}
# torch/optim is below this folder.
TORCH_API=-I/usr/include/torch/csrc/api/include
TORCH_LIBS="-ltorch -ltorch_cpu -lc10"
ROUNDS=${ROUNDS:-15} MS=${MS:-20} FILTER=${FILTER-}
PEERS=${PEERS-openblas onednn onnxruntime torch}
OURS=${OURS-native own step v3 plain O2}
here=$ROOT/tests/bench
status=0

# The npm package has the library of each system; this is the one for here.
system=linux/$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')
[ -n "${ORT_LIB-}" ] || for ORT_LIB in "$BENCH"/node_modules/onnxruntime-node/bin/napi-v*/"$system"/libonnxruntime.so*; do :; done
export ORT_LIB
# One thread, for everyone.
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1
# The library knows the processor; a setting for other programs must not hold it back.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE

# accepted FLAG...: those that this compiler knows.
accepted()
{
	for flag; do
		echo 'int x;' | $CC "$flag" -Werror -x c -c -o /dev/null - 2>/dev/null && printf ' %s' "$flag"
	done
}
NATIVE=${NATIVE:-"-std=gnu99 -O3$(accepted -march=native -mprefer-vector-width=512 -ffp-contract=fast -fno-loop-unroll-and-jam)"}
V3="-std=gnu99 -O3 -march=x86-64-v3" PLAIN="-std=gnu99 -O3" O2="-std=gnu99 -O2"

die()
{
	echo "bench: $*" >&2
	exit 1
}

# run COMMAND: ends the benchmark with what it said unless its status is 0.
run()
{
	"$@" >"$BENCH/run.log" 2>&1 || {
		cat "$BENCH/run.log" >&2
		die "failed: $*"
	}
}

# fresh OUT FROM...: OUT is there and newer than all it is made from.
fresh()
{
	out=$1
	shift
	[ -f "$out" ] || return 1
	for from; do
		[ -z "$(find "$from" -newer "$out")" ] || return 1
	done
	return 0
}

# tool NAME SOURCE...: a program of ours.
tool()
{
	out=$BENCH/$1
	shift
	fresh "$out" "$@" || run $CC -std=c99 -D_POSIX_C_SOURCE=200809L -O2 -o "$out" "$@" -lm
}

# inputs W LINE: the folder of a workload, but for the candidates.
inputs()
{
	dir=$BENCH/$1
	mkdir -p "$dir"
	echo "$2" | cmp -s - "$dir/workload" || echo "$2" >"$dir/workload"
	batch=$(echo "$2" | cut -d' ' -f3)
	fresh "$dir/weights.safetensors" "$dir/workload" "$BENCH/weights" || run "$BENCH/weights" "$2" "$dir/weights.safetensors"
	[ -z "$fit" ] || { training "$1" "$2"; return; }
	fresh "$dir/want.raw" "$dir/weights.safetensors" "$TOOL" "$NETC" "$here/$1.net" && return
	shape=$(echo "$2" | awk '{ split($4, layer, ":"); print $2, ($3 > 1 ? $3 : ""), layer[2] }')
	# shellcheck disable=SC2086
	run "$TOOL" random 7 "$dir/x.npz" "$dir/x.raw" x $shape
	run "$NETC" "$here/$1.net" --batch "$batch" --weights "$dir/weights.safetensors" --eval "$dir/x.npz" -o "$dir/y.npz"
	run "$TOOL" raw "$dir/y.npz" y "$dir/want.raw"
}

# training W LINE: x.raw has a target behind x; want.raw the losses and weights of three updates, whose gradients are the
# evaluator's and whose AdamW is adamw.c's.
training()
{
	dir=$BENCH/$1 gradients=
	fresh "$dir/want.raw" "$dir/weights.safetensors" "$BENCH/adamw" "$TOOL" "$NETC" "$here/${1%train}.net" && return
	echo "$2" | awk '{
		split($4, first, ":"); split($(NF - 1), end, ":")
		print "x", $2, ($3 > 1 ? $3 : ""), first[2]
		print "target", (/ last /? "" : $2), ($3 > 1 ? $3 : ""), end[3]
	}' >"$dir/shapes"
	: >"$dir/x.txt"
	: >"$dir/x.raw"
	seed=7
	while read -r array; do
		# shellcheck disable=SC2086
		run "$TOOL" random $((seed += 1)) "$dir/one.npz" "$dir/one.raw" $array
		"$TOOL" show "$dir/one.npz" >>"$dir/x.txt"
		cat "$dir/one.raw" >>"$dir/x.raw"
	done <"$dir/shapes"
	run "$TOOL" text "$dir/x.txt" "$dir/x.npz"
	cp "$dir/weights.safetensors" "$dir/now.safetensors"
	: >"$dir/losses"
	for update in 1 2 3; do
		# shellcheck disable=SC2086
		run "$NETC" "$here/${1%train}.net" $fit --weights "$dir/now.safetensors" --eval "$dir/x.npz" -o "$dir/y.npz"
		run "$TOOL" raw "$dir/y.npz" grad "$dir/grad$update.raw"
		run "$TOOL" raw "$dir/y.npz" loss "$dir/one.raw"
		cat "$dir/one.raw" >>"$dir/losses"
		gradients="$gradients $dir/grad$update.raw"
		# shellcheck disable=SC2086
		run "$BENCH/adamw" "$2" "$dir/weights.safetensors" "$dir/now.safetensors" "$dir/trained.raw" $gradients
	done
	cat "$dir/losses" "$dir/trained.raw" >"$dir/want.raw"
}

# generate W NET: netc's C in $BENCH/W/NET, left alone if it is the same as before, so that nothing is compiled again.
generate()
{
	dir=$BENCH/$1/$2
	mkdir -p "$dir/new"
	# shellcheck disable=SC2086
	set -- "$here/$2.net" --batch "$batch" --weights "$BENCH/$1/weights.safetensors" --name t -o "$dir/new/t.c" $fit
	map=${1%.net}.map
	[ -f "$map" ] && set -- "$@" --map "$map"
	# shellcheck disable=SC2086
	run "$NETC" "$@" ${NETC_FLAGS-}
	for file in t.c t.h; do
		cmp -s "$dir/new/$file" "$dir/$file" || mv "$dir/new/$file" "$dir/$file"
	done
	rm -r "$dir/new"
}

# ours W NET NAME ADAPTOR-FLAGS FLAGS: one build of the generated C as candidate NAME; objects are shared by their flags.
ours()
{
	dir=$BENCH/$1/$2 name=$3 adaptor=$4
	[ -f "$here/$2.net" ] || return
	case " $OURS " in *" $name "*) ;; *) return ;; esac
	# shellcheck disable=SC2086
	set -- $CC $5
	stem=$dir/$(echo "$*" | cksum | cut -d' ' -f1)
	program=$stem-$name
	fresh "$stem.o" "$dir/t.c" || { echo "compiling ${dir##*/} for $name" >&2; run "$@" -c -o "$stem.o" "$dir/t.c"; }
	# shellcheck disable=SC2086
	fresh "$program" "$stem.o" "$BENCH/main.o" "$here/peer_netc.c" ||
		run $CC -O2 $adaptor -I"$dir" -I"$here" -o "$program" "$here/peer_netc.c" "$stem.o" "$BENCH/main.o" -lm
	echo "$name exec $program $BENCH/$w $MS" >>"$BENCH/$w/candidates"
}

# links HEADER LIBS: a C++ program with that header compiles and links.
links()
{
	header=$1
	shift
	command -v "$CXX" >/dev/null 2>&1 &&
		echo "#include <$header>
			int main() { return 0; }" | "$CXX" -std=c++14 -w -x c++ -o "$BENCH/probe" - "$@" 2>/dev/null
}

# peer NAME: builds it if it can be built here; says why not, and its status is 1.
peer()
{
	program=$BENCH/$1
	source=$(ls "$here/peer_$1".c*)
	fresh "$program" "$source" "$BENCH/main.o" && return
	case $1 in
	openblas)
		pkg-config --exists openblas 2>/dev/null || { echo "libopenblas-dev is not installed"; return 1; }
		# shellcheck disable=SC2046,SC2086
		run $CC $NATIVE -D_POSIX_C_SOURCE=200809L -o "$program" "$source" "$BENCH/main.o" \
			$(pkg-config --cflags --libs openblas) -lm
		;;
	onednn)
		links dnnl.hpp -ldnnl || { echo "libdnnl-dev is not installed"; return 1; }
		run "$CXX" -std=c++14 -O2 -o "$program" "$source" "$BENCH/main.o" -ldnnl
		;;
	onnxruntime)
		[ -f "$ORT_LIB" ] || { echo "npm's onnxruntime-node is not installed"; return 1; }
		"$PYTHON" -c 'import onnx' 2>/dev/null || { echo "python3-onnx is not installed"; return 1; }
		run $CC -std=gnu99 -O2 -o "$program" "$source" "$BENCH/main.o" -ldl -lm
		;;
	torch)
		# shellcheck disable=SC2086
		links torch/optim/adamw.h $TORCH_API $TORCH_LIBS || { echo "libtorch-dev is not installed"; return 1; }
		# shellcheck disable=SC2086
		run "$CXX" -std=c++14 -w -O2 $TORCH_API -o "$program" "$source" "$BENCH/main.o" $TORCH_LIBS
		;;
	esac
}

# model W: the ONNX file of a workload.
model()
{
	case $peers in *onnxruntime*) ;; *) return ;; esac
	fresh "$BENCH/$1/model.onnx" "$BENCH/$1/weights.safetensors" "$here/onnx_model.py" ||
		run "$PYTHON" "$here/onnx_model.py" "$BENCH/$1"
}

# workload W LINE: makes everything ready, runs the rounds, adds lines "W NAME MEDIAN LOWEST HIGHEST RATIO" to the results.
workload()
{
	w=$1 fit=
	case $2 in *last*train) fit=--grad=mse,last ;; *train) fit=--grad=mse ;; esac
	inputs "$w" "$2"
	: >"$BENCH/$w/candidates"
	if [ -n "$fit" ]; then trainers; else runners "$2"; fi
	echo "$w: $ROUNDS rounds of $MS ms" >&2
	"$BENCH/rounds" "$ROUNDS" "$BENCH/$w/candidates" >"$BENCH/$w/times" || { echo "bench: $w failed" >&2; status=1; }
	sed "s/^/$w /" "$BENCH/$w/times" >>"$BENCH/times"
	instructions
}

# trainers: the candidates that train.
trainers()
{
	generate "$w" "${w%train}"
	ours "$w" "${w%train}" native -DTRAIN "$NATIVE"
	ours "$w" "${w%train}" plain -DTRAIN "$PLAIN"
	case " $peers " in *" torch "*) echo "torch exec $BENCH/torch $BENCH/$w $MS" >>"$BENCH/$w/candidates" ;; esac
}

# runners LINE: the candidates that run the net.
runners()
{
	model "$w"
	generate "$w" "$w"
	[ -f "$here/${w}own.net" ] && generate "$w" "${w}own"
	ours "$w" "$w" native "" "$NATIVE"
	ours "$w" "${w}own" own "" "$NATIVE"
	case $1 in *last*) ;; *) ours "$w" "$w" step -DSTEP "$NATIVE" ;; esac
	[ "$(uname -m)" = x86_64 ] && ours "$w" "$w" v3 "" "$V3"
	ours "$w" "$w" plain "" "$PLAIN"
	ours "$w" "$w" O2 "" "$O2"
	for name in $peers; do
		echo "$name exec $BENCH/$name $BENCH/$w $MS"
	done >>"$BENCH/$w/candidates"
}

# Instructions of one sequence: the difference between a run of two and one of twelve. valgrind knows no AVX-512.
instructions()
{
	[ "${INSTRUCTIONS-}" = no ] && return
	command -v valgrind >/dev/null 2>&1 || { echo "skipped: instructions: valgrind is not installed" >&2; return; }
	while read -r name _ program _; do
		case $name in v3 | plain | O2) ;; *) continue ;; esac
		set --
		for n in 2 12; do
			set -- "$@" "$(valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$BENCH/$w" -n $n 2>&1 |
				sed -n 's/.*Collected : //p')"
		done
		echo "$w $name ${1:-0} ${2:-0}" | awk '$4 > $3 { printf "%s %s %.0f\n", $1, $2, ($4 - $3) / 10 }' >>"$BENCH/instructions"
	done <"$BENCH/$w/candidates"
}

mkdir -p "$BENCH" || exit 1
for program in "$NETC" "$TOOL"; do
	[ -x "$program" ] || die "$program is missing; run make bench"
done
tool rounds "$here/rounds.c"
tool weights "$here/weights.c" "$here/workload.c"
tool adamw "$here/adamw.c" "$here/workload.c"
fresh "$BENCH/main.o" "$here/main.c" "$here/workload.c" || {
	run $CC -std=c99 -D_POSIX_C_SOURCE=200809L -O2 -c -o "$BENCH/main1.o" "$here/main.c"
	run $CC -std=c99 -O2 -c -o "$BENCH/workload.o" "$here/workload.c"
	run ld -r -o "$BENCH/main.o" "$BENCH/main1.o" "$BENCH/workload.o"
}
peers=
[ "$PEERS" = none ] && PEERS=
for name in $PEERS; do
	[ -f "$(ls "$here/peer_$name".c* 2>/dev/null)" ] || die "no such peer: '$name'; there are: openblas onednn onnxruntime torch"
	why=$(peer "$name") && peers="$peers $name" || echo "skipped: $name: $why" >&2
done
: >"$BENCH/times"
: >"$BENCH/instructions"
grep -v '^#' "$here/workloads" >"$BENCH/list"
while read -r w rest <&3; do
	case $w in *"$FILTER"*) workload "$w" "$w $rest" ;; esac
done 3<"$BENCH/list"
[ -s "$BENCH/times" ] || die "nothing was measured (FILTER=$FILTER)"
machine=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1)
compiler=$($CC --version | head -n 1)
# report FORM: report.awk over all that is known.
report()
{
	awk -v form="$1" -v machine="${machine:-$(uname -m)}" -v compiler="$compiler" -v rounds="$ROUNDS" -v ms="$MS" \
		-f "$here/report.awk" pass=workloads "$here/workloads" pass=times "$BENCH/times" \
		pass=instructions "$BENCH/instructions" pass=references "$here/references"
}
report json >"$BENCH/results.json"
report plot | awk -f "$here/plot.awk" >"$BENCH/results.svg"
report text >"$BENCH/results.txt"
cat "$BENCH/results.txt"
echo "in $BENCH: results.txt, results.json, results.svg" >&2
exit $status
