#!/bin/sh
# deps.sh [--check] build|demo|test|pictures|bench|target|onnx, or deps.sh --has-fuzzer: installs the packages that are missing, only those, by name.
#
# Each package has a cheap probe. With --check nothing is installed: what is missing is named, and the
# status is 1; --has-fuzzer only tells by its status whether clang can build fuzz targets. Optional packages (tests that are skipped without them) never stop anything.
# deps.sh mpi: what examples/charrnn/mpi.c wants.
set -u
check=
[ "${1-}" = --check ] && { check=1; shift; }
want=${1-build}
FLEX=${FLEX-flex} BISON=${BISON-bison}
missing= optional=

have()
{
	command -v "$1" >/dev/null 2>&1
}

# A compiler to probe with; before one is there, every header counts as missing.
for cc in ${CC-} gcc clang cc; do
	have "$cc" && break
done

# links HEADER LIBS: a program with that header compiles and links.
links()
{
	dir=$(mktemp -d) || exit 1
	printf '#include <stdio.h>\n#include <%s>\nint main(void) { return 0; }\n' "$1" >"$dir/p.c"
	shift
	"$cc" -o "$dir/p" "$dir/p.c" "$@" >/dev/null 2>&1
	status=$?
	rm -rf "$dir"
	return $status
}

# A file that is not found is printed as it was asked for.
has_picolibc()
{
	[ "$("$1" -print-file-name=picolibc.specs 2>/dev/null)" != picolibc.specs ] && have "$1"
}

has_fuzzer()
{
	have clang || return 1
	dir=$(mktemp -d) || exit 1
	echo 'int LLVMFuzzerTestOneInput(const char *p, unsigned long n); int LLVMFuzzerTestOneInput(const char *p, unsigned long n) { return p && n > 9 ? 0 : 0; }' >"$dir/p.c"
	clang -fsanitize=fuzzer,address,undefined -o "$dir/p" "$dir/p.c" >/dev/null 2>&1
	status=$?
	rm -rf "$dir"
	return $status
}

has_onnx()
{
	/usr/bin/python3 -c 'import onnx' 2>/dev/null
}

if [ "$want" = --has-fuzzer ]; then
	has_fuzzer
	exit
fi

need()
{
	package=$1
	shift
	"$@" || missing="$missing $package"
}

have gcc || have clang || missing="$missing gcc"
need libc6-dev links stdio.h
need make have make
need flex have "$FLEX"
need bison have "$BISON"
need pkg-config have "${PKG_CONFIG-pkg-config}"
need libjansson-dev links jansson.h -ljansson
need zlib1g-dev links zlib.h -lz
if [ "$want" = test ]; then
	case $missing in *gcc*) ;; *) need gcc have gcc ;; esac
	need g++ have g++
	need clang have clang
	need check links check.h -lcheck
	has_fuzzer || {
		major=$(clang -dumpversion 2>/dev/null | cut -d. -f1)
		[ -n "$major" ] || major=$(apt-cache depends clang 2>/dev/null | sed -n 's/.*clang-\([0-9]*\)$/\1/p' | head -n 1)
		optional="$optional libclang-rt-${major:-14}-dev"
	}
fi
# For the tests of pictures; some hundred megabytes, so 'make test' does not ask for them.
if [ "$want" = pictures ]; then
	need chromium have "${CHROMIUM:-chromium}"
	need nodejs have node
	need graphviz have dot
	need libxml2-utils have xmllint
	need jq have jq
	need python3-jsonschema /usr/bin/python3 -c 'import jsonschema'
	need fonts-dejavu-core test -d /usr/share/fonts/truetype/dejavu
fi
if [ "$want" = mpi ]; then
	need libopenmpi-dev have mpicc
	need openmpi-bin have mpirun
fi
# The peers of the benchmark; those that cannot be had are skipped there, by name.
want_peer()
{
	package=$1
	shift
	"$@" 2>/dev/null || optional="$optional $package"
}
if [ "$want" = bench ]; then
	want_peer libopenblas-dev links cblas.h -lopenblas
	want_peer libdnnl-dev links dnnl.h -ldnnl
	want_peer libtorch-dev test -f /usr/include/ATen/ATen.h
	want_peer python3-onnx /usr/bin/python3 -c 'import onnx'
	want_peer valgrind have valgrind
	want_peer npm have npm
fi
# The cross compilers, the C library with start-up code for both, and the machines.
if [ "$want" = target ]; then
	need gcc-arm-none-eabi have arm-none-eabi-gcc
	need picolibc-arm-none-eabi has_picolibc arm-none-eabi-gcc
	need gcc-riscv64-unknown-elf have riscv64-unknown-elf-gcc
	need picolibc-riscv64-unknown-elf has_picolibc riscv64-unknown-elf-gcc
	need qemu-system-arm have qemu-system-arm
	need qemu-system-misc have qemu-system-riscv32
fi
if [ "$want" = onnx ]; then
	need python3-onnx has_onnx
	need npm have npm
fi

if [ -n "$check" ]; then
	case $want in target | mpi) goal=$want-deps ;; *) goal=deps ;; esac
	for package in $missing; do
		echo "$package is missing: apt-get install $package, or run make $goal" >&2
	done
	[ -z "$missing" ]
	exit
fi
[ -n "$missing$optional" ] || exit 0

sudo=
if [ "$(id -u)" != 0 ]; then
	sudo=none
	have sudo && sudo -n true 2>/dev/null && sudo="sudo -n"
	[ "$sudo" = none ] && have sudo && [ -t 0 ] && sudo=sudo
fi
if ! have apt-get || [ "$sudo" = none ]; then
	[ -z "$optional" ] || echo "not there, and what wants them is skipped:$optional" >&2
	[ -n "$missing" ] || exit 0
	echo "these packages are missing (Debian's names); install them and try again:$missing" >&2
	exit 1
fi

apt()
{
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends "$@" </dev/null
}

log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
if [ -n "$missing" ]; then
	echo "installing with apt-get:$missing"
	apt update >"$log" 2>&1 || { cat "$log"; echo "apt-get update failed; going on with the lists that are there" >&2; }
	# shellcheck disable=SC2086
	apt install $missing >"$log" 2>&1 || {
		cat "$log" >&2
		echo "apt-get could not install:$missing" >&2
		exit 1
	}
	updated=1
fi
# One by one: a release may lack one of them.
tried=build/.tried
mkdir -p build
for package in $optional; do
	grep -qsx "$package" "$tried" && continue
	[ -n "${updated-}" ] || apt update >"$log" 2>&1
	updated=1
	echo "installing with apt-get (optional): $package"
	apt install "$package" >"$log" 2>&1 || {
		echo "$package could not be installed; what wants it is skipped"
		echo "$package" >>"$tried"
	}
done
exit 0
