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

# What README.md promises, and some air: other compilers, other counts.
awk '/^RAM/ { ram = $NF } /^an update/ { insns = $3; updates = $(NF - 1) }
END { exit !(ram > 7000 && ram < 11000 && insns > 50000 && insns < 200000 && updates == 400) }' cost.log ||
	fail "the costs: $(cat cost.log)"
