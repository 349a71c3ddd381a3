#!/bin/sh
# export.sh GROUP, or export.sh checkers: the nets of examples/seeds, tests/diff or tests/export as ONNX models: the step, the window,
# and the window after the passes that speed up C.
#
# Each net runs on inputs and states of its own in the evaluator. A file must give its weights back to netc (needs
# nothing); pass onnx's checker and shape inference (python3-onnx); and compute the same in ONNX Runtime (npm's
# onnxruntime-node; make onnx-deps). The test 'checkers' shows that both can fail, and is skipped if one is missing.
. "$ROOT/tests/lib/common.sh"
tool=$PLAIN/tests/npzraw
NODE_PATH=${NODE_PATH:-$PLAIN/bench/node_modules}
export NODE_PATH
case $1 in
seeds) folder=examples/seeds ;;
*) folder=tests/$1 ;;
esac

# arrays STEPS BATCH: inputs and initial states for the net that summary.txt describes: multiples of 1/1024, -2 … 2.
arrays()
{
	awk -v steps="$1" -v batch="$2" '
	BEGIN { seed = 7 }
	$1 == "output" { taken[$2] = 1 }
	$1 == "input" || $1 == "state" { kind[++n] = $1; row[n] = $0 }
	END {
		for (i = 1; i <= n; i++) {
			split(row[i], word)
			name = word[2]
			match(row[i], /\(.*\) +[0-9]+/)
			count = substr(row[i], RSTART, RLENGTH)
			sub(/.*\) +/, "", count)
			slots = match(row[i], /[0-9]+ slots/) ? substr(row[i], RSTART) + 0 : 1
			if (kind[i] == "state" && taken[name]) continue
			if (kind[i] == "input") {
				taken[name] = 1
				print name >"ports.txt"
			}
			rows = kind[i] == "input" ? steps : slots
			printf "%s (%d, %s%d)", name, rows, (batch > 1 ? batch ", " : ""), count
			for (k = 0; k < rows * batch * count; k++) {
				seed = seed * 16807 % 2147483647
				printf " %.9g", int(seed / 2147483647 * 4096) / 1024 - 2
			}
			print ""
		}
	}' summary.txt >in.txt
}

# evaluate MODEL OPTIONS: what MODEL.onnx must compute.
evaluate()
{
	model=$1
	shift
	run "$NETC" "$net" "$@" -w --eval in.npz -o "$model.npz"
	show_tensors "$model.npz" >"$model.txt"
	run "$NETC" "$net" "$@" -w --emit=onnx -o "$model.onnx"
}

# prepare NET: the case in this folder.
prepare()
{
	net=$1
	stem=${net%.net}
	args=$(comment_value args "$net")
	case $args in *--unroll*) ;; *) grep -q '^ *unroll(' "$net" || args="$args --unroll 4" ;; esac
	[ -f "$stem.npz" ] && weights="--weights '$stem.npz'" || weights=--init=seeded
	batch=$(echo "$args" | sed -n 's/.*--batch[ =]\([0-9]*\).*/\1/p')
	eval "set -- $args $weights"
	run "$NETC" "$net" "$@" -w -v --emit=ir -o net.ir
	steps=$(sed -n 's/.*steps: \([0-9]*\),.*/\1/p' run.log)
	run "$NETC" "$net" "$@" -w --emit=summary -o summary.txt
	arrays $((2 * steps)) "${batch:-1}"
	run "$tool" text in.txt in.npz
	evaluate window "$@"
	run "$NETC" "$net" "$@" -w --stop-after=fuse --emit=onnx -o fused.onnx
	cp window.txt fused.txt
	run "$NETC" "$net" "$@" -w --target=mcu --stop-after=fuse --emit=onnx -o mcu.onnx
	cp window.txt mcu.txt
	if grep -q '^parameter' summary.txt; then
		eval "set -- $args"
		run "$NETC" "$net" "$@" --weights window.onnx -w --eval in.npz -o again.npz
		show_tensors again.npz >again.text
		same window.txt again.text "the result with the weights of window.onnx"
	fi
	eval "set -- $args $weights"
	"$NETC" "$net" "$@" -w --unroll 0 --emit=onnx -o step.onnx 2>err || {
		expect_text err "looks ahead"
		return
	}
	evaluate step "$@" --unroll 1
	run "$NETC" "$net" "$@" -w --unroll 0 --emit=onnx -o step.onnx
}

has_onnx()
{
	/usr/bin/python3 -c 'import onnx' 2>/dev/null
}

has_runtime()
{
	node -e 'require("onnxruntime-node")' 2>/dev/null
}

if [ "$1" = checkers ]; then
	has_onnx || missing=python3-onnx
	has_runtime || missing="${missing-} onnxruntime-node"
	[ -z "${missing-}" ] || skip "not installed, see make onnx-deps: $missing"
	mkdir case wrong
	cd case || exit 1
	prepare "$ROOT/tests/export/ports.net"
	cd ..
	run /usr/bin/python3 "$ROOT/tests/export/check.py" case/window.onnx
	head -c 500 case/window.onnx >short.onnx
	expect_status 1 /usr/bin/python3 "$ROOT/tests/export/check.py" short.onnx
	run node "$ROOT/tests/export/run.js" case
	cp case/window.onnx case/ports.txt case/in.txt wrong
	run "$tool" nudge case/window.npz y3 wrong.npz
	show_tensors wrong.npz >wrong/window.txt
	expect_status 1 node "$ROOT/tests/export/run.js" wrong
	expect_text out "'y3', number 23:"
	exit
fi

passed=0 failed=0
# check WHAT COMMAND: one more test.
check()
{
	what=$1
	shift
	if "$@" >log 2>&1; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		sed "s/^/$what: /" log
	fi
}

prepare_in()
(
	mkdir "$1" && cd "$1" && prepare "$2"
)

for path in "$ROOT/$folder"/*.net; do
	name=$(basename "$path" .net)
	check "$name" prepare_in "$name" "$path"
done
if has_onnx; then check check.py /usr/bin/python3 "$ROOT/tests/export/check.py" ./*/*.onnx; fi
if has_runtime; then check run.js node "$ROOT/tests/export/run.js" ./*/; fi
echo "$passed $failed" >"$COUNTS"
[ $failed = 0 ]
