#!/bin/sh
# torch.sh PART: random nn.RNN, nn.LSTM and nn.GRU against netc, weights from .safetensors, .pt and .onnx; skipped
# without python3-torch. TORCH_SEEDS of them (default 20) in each part, beginning at seed PART * 1000000.
#
# tests/torch/random_nets.py writes a folder per seed. Outputs and final states agree with PyTorch's, in double, within
# 2e-6 (1 + |y|); the C of every fourth seed, in float, within 2e-5. With one number changed they must not.
. "$ROOT/tests/lib/common.sh"
for python in /usr/bin/python3 python3 none; do
	[ $python = none ] && skip "python3-torch is not installed"
	"$python" -c 'import torch, numpy' 2>/dev/null && break
done
seeds=${TORCH_SEEDS:-20}

# torch.sh train: modules trained by PyTorch from seed TORCH_TRAIN (default 2), loss, gradients and 100 steps; train.sh
# says how closely netc follows. Seed 1 is stored in tests/train.
if [ "$1" = train ]; then
	run "$python" "$ROOT/tests/torch/train_nets.py" "$PWD/nets" "${TORCH_TRAIN:-2}"
	passed=0 failed=0
	for case in nets/*.net; do
		name=${case##*/}
		mkdir "${name%.net}"
		if (cd "${name%.net}" && sh "$ROOT/tests/lib/train.sh" "$DIR/$case") >log 2>&1; then
			passed=$((passed + 1))
		else
			failed=$((failed + 1))
			echo "$name:"
			sed 's/^/  /' log
		fi
	done
	echo "$passed $failed" >"$COUNTS"
	[ $failed = 0 ] && [ $passed -ge 6 ]
	exit
fi
run "$python" "$ROOT/tests/torch/random_nets.py" $(($1 * 1000000)) "$seeds"

# check WEIGHTS: the case in this folder, with weights from that file.
check()
{
	weights=$1
	shift
	# Every warning is a failure: these are the files that people have.
	run "$NETC" m.net --weights "$weights" "$@" -Werror --emit=summary -o summary.txt
	check_arrays m.net v.npz --weights "$weights" "$@" --tolerance 2e-6
	expect_status 1 "$NETC" m.net --weights "$weights" "$@" --tolerance 2e-6 --check bad.npz
}

# selftest OPTIONS: the case as a C program that checks itself.
selftest()
{
	run "$NETC" m.net --weights w.safetensors "$@" --emit=selftest --check v.npz --tolerance 2e-5 -o v.c
	# shellcheck disable=SC2046,SC2086
	quiet "$CC" -std=c99 -O1 $STRICT -o v v.c $(cat libs)
	run ./v
}

check_seed()
{
	cat args pt-args c-args >/dev/null || fail "random_nets.py wrote no case"
	run "$PLAIN/tests/npzraw" nudge v.npz y bad.npz
	# shellcheck disable=SC2046
	check w.safetensors $(cat args)
	# shellcheck disable=SC2046
	check w.pt $(cat args pt-args)
	# shellcheck disable=SC2046
	check w.onnx $(cat args)
	# shellcheck disable=SC2046
	case $(cat c-args) in ?*) selftest $(cat args c-args) ;; esac
}

passed=0 failed=0
for folder in [0-9]*; do
	if (cd "$folder" && check_seed) >log 2>&1; then
		passed=$((passed + 1))
		rm -rf "$folder"
	else
		failed=$((failed + 1))
		echo "seed $folder: $(cat "$folder/what")"
		sed 's/^/  /' log
	fi
done
echo "$passed $failed" >"$COUNTS"
[ $((passed + failed)) = "$seeds" ] || fail "$((passed + failed)) cases of $seeds"
[ $failed = 0 ]
