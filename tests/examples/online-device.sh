# online-device.sh: the firmware learns under QEMU as the host does, number by number, and says what it costs; skipped
# without the cross compiler.
folder=$ROOT/examples/online
for tool in arm-none-eabi-gcc qemu-system-arm; do
	command -v $tool >/dev/null || skip "$tool is missing: make target-deps installs it"
done
[ "$(arm-none-eabi-gcc -print-file-name=picolibc.specs)" != picolibc.specs ] || skip "picolibc-arm-none-eabi is missing"
CFLAGS='-O2 -ffp-contract=off' run sh "$folder/device.sh" "$NETC" "$PWD/device" 400
mv run.log cost.log
quiet "$CC" -std=c99 -O2 -ffp-contract=off -DUPDATES=400 -Idevice -I"$folder" -o online "$folder/main.c" \
	"$folder/sensor.c" "$folder/device.c" device/online.c
./online | grep -v '^#' >host.tsv
[ "$(wc -l <host.tsv)" = 9 ] || fail "the host prints: $(cat host.tsv)"
same host.tsv device/device.tsv "what the device prints"

# What README.md says is what comes out, give or take a tenth.
ram=$(sed -n 's/^| \*\*RAM\*\* | \*\*\([0-9 ]*\)\*\* |$/\1/p' "$folder/README.md" | tr -d ' ')
insns=$(sed -n 's/.*\*\*\([0-9 ]*\) instructions\*\*.*/\1/p' "$folder/README.md" | tr -d ' ')
[ -n "$ram" ] && [ -n "$insns" ] || fail "README.md does not say what it costs"
case $(arm-none-eabi-gcc -dumpversion) in
12.2*)
	awk -v ram="$ram" -v insns="$insns" 'function near(a, b) { return a > 0.9 * b && a < 1.1 * b }
	/^RAM/ { good += near($NF, ram) }
	/^an update/ { good += near($3, insns) && $(NF - 1) == 400 }
	END { exit good != 2 }' cost.log || fail "README.md says $ram bytes, $insns instructions: $(cat cost.log)"
	;;
esac
