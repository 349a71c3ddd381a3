#!/bin/sh
# embedding.sh figures|options|links|make|cmake|zephyr|arduino: docs/embedding.md, its tables, links and projects.
#
# In the Markdown, "<!-- project PROJECT/PATH -->" says where the next fenced block goes; a project is built as it stands
# there, with the net and main.c of the first. Zephyr and Arduino are played by a few lines of CMake and C++.
. "$ROOT/tests/lib/common.sh"
page=$ROOT/docs/embedding.md
awk '/^```/ && inside { inside = 0; close(out); next }
inside { print > out; next }
/^```/ && path { inside = 1; out = path; path = ""; sub("/[^/]*$", "", folder); system("mkdir -p " folder); next }
/^<!-- project / { path = folder = $3; next }
{ path = "" }' "$page"
mkdir bin
ln -s "$NETC" bin/netc
PATH=$PWD/bin:$PATH
qemu="qemu-system-arm -M mps2-an386 -nographic -monitor none -serial none -semihosting-config enable=on,target=native"

cross()
{
	sh "$ROOT/tests/deps.sh" --check target >missing 2>&1 || skip "$(head -n 1 missing)"
}

# install: netc's CMake package, in ./staging.
install()
{
	command -v cmake >/dev/null 2>&1 || skip "cmake is not installed"
	run make -s -C "$ROOT" BUILD="$BUILD" DESTDIR="$PWD/staging" PREFIX=/usr install-files
}

# gestures FILE.elf: the firmware prints four probabilities that add up to one.
gestures()
{
	timeout 20 $qemu -kernel "$1" >out 2>&1 </dev/null || fail "$1 failed: $(cat out)"
	tr -d '\r' <out | awk '/^gesture [0-3]: [0-9]+ in 1000$/ { n++; sum += $3 } END { exit !(n == 4 && sum >= 997 && sum <= 1000) }' ||
		fail "$1 printed: $(cat out)"
}

case $1 in
figures)
	awk -f "$ROOT/tests/target/doc.awk" "$ROOT/tests/target/table.txt" "$page" >now.md
	same "$page" now.md "docs/embedding.md ('make target-bench BLESS=1' writes it)"
	# What it says of the nets.
	tr '\n' ' ' <"$page" | sed 's/\([0-9]\) \([0-9]\)/\1\2/g' >flat
	for net in amp gru own; do
		run netc "$ROOT/tests/target/nets/$net.net" --init=seeded -o net.c
		costs=$(awk '/\* Weights/ { w = $3; s = $6 } /One time step/ { for (i = 1; i < NF; i++) if ($(i + 1) ~ /^multiply-adds/) m = $i }
			END { print m " multiply-adds, " w " bytes of weights, " s " bytes of state." }' net.h)
		expect_text flat "$costs"
	done
	;;
options)
	# The macros at the head of a generated file, but for those that only guard a function of the runtime.
	run netc make/gesture.net --init=seeded --section .weights -o gesture.c
	awk '/^#ifndef/ { guard = $2 } /^#define NN_/ && $2 != guard { sub(/[(].*/, "", $2); print $2 }' gesture.c | sort -u >wanted
	sed -n '/^| macro/,/^$/s/^| \([^|]*\) |.*/\1/p' "$page" | grep -o 'NN_[A-Z0-9_]*' | sort -u >found
	same wanted found "the list of macros"
	netc --help >help
	for option in $(sed -n '/^| option/,/^$/s/^| \([^|]*\) |.*/\1/p' "$page" | grep -oE -e '--[a-z-]+'); do
		grep -qF -e "  $option" help || fail "netc has no option $option"
	done
	;;
links)
	sed -n 's/^##* //p' "$page" | tr '[:upper:] ' '[:lower:]-' | tr -cd 'a-z0-9\n-' | sed 's/^/#/' >anchors
	for link in $(grep -o '](\([^)]*\))' "$page" | tr -d '])('); do
		case $link in
		'#'*) grep -qxF "$link" anchors || fail "there is no heading for '$link'" ;;
		*) [ -e "$ROOT/docs/$link" ] || fail "there is no '$link'" ;;
		esac
	done
	[ "$(wc -l <anchors)" -gt 10 ] || fail "no headings were found"
	;;
make)
	cross
	run make -C make
	gestures make/gesture.elf
	# The sections that a linker script can name.
	arm-none-eabi-objdump -h make/gesture.o >sections
	expect_text sections .rodata.gesture_weights1
	expect_no_text sections .data.gesture
	expect_no_text sections .bss.gesture
	sed -i 's/^NETCFLAGS =/& --section .weights/' make/Makefile
	touch make/gesture.net
	run make -C make
	expect_text run.log "netc gesture.net"
	gestures make/gesture.elf
	arm-none-eabi-objdump -h make/gesture.o >sections
	grep -qE ' \.weights  *00002[0-9a-f]*' sections || fail "no weights in .weights: $(cat sections)"
	;;
cmake)
	cross
	install
	cp make/main.c make/gesture.net cmake
	run cmake -S cmake -B build --toolchain m4.cmake -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$PWD/staging/usr"
	run cmake --build build
	gestures build/firmware
	;;
zephyr)
	install
	cp make/main.c make/gesture.net zephyr
	mkdir stand-in
	cat >stand-in/ZephyrConfig.cmake <<'CMAKE'
enable_language(C)
add_library(zephyr_interface INTERFACE)
target_compile_definitions(zephyr_interface INTERFACE KERNEL=1)
add_executable(app)
function(zephyr_library)
  add_library(module STATIC)
  target_link_libraries(app PRIVATE module)
endfunction()
function(zephyr_library_sources)
  target_sources(module PRIVATE ${ARGN})
endfunction()
function(zephyr_include_directories folder)
  target_include_directories(app PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/${folder})
endfunction()
CMAKE
	run cmake -S zephyr -B app -Wno-dev -DZephyr_DIR="$PWD/stand-in" -DCMAKE_PREFIX_PATH="$PWD/staging/usr"
	run cmake --build app --verbose
	grep 'gesture.c.o.*gesture.c' run.log | grep -q KERNEL=1 || fail "the net is not compiled as the kernel is: $(cat run.log)"
	run app/app

	expect_text module/zephyr/module.yml "cmake: zephyr"
	run netc make/gesture.net --unroll 0 --init=seeded -o module/gesture.c
	cp make/main.c .
	printf '%s\n' 'cmake_minimum_required(VERSION 3.20)' 'find_package(Zephyr)' 'project(app)' 'add_subdirectory(module/zephyr)' \
		'target_sources(app PRIVATE main.c)' >CMakeLists.txt
	run cmake -S . -B with-module -Wno-dev -DZephyr_DIR="$PWD/stand-in"
	run cmake --build with-module
	run with-module/app
	;;
arduino)
	command -v g++ >/dev/null 2>&1 || skip "g++ is not installed"
	run netc make/gesture.net --unroll 0 --init=seeded -o arduino/gesture.c
	cat >arduino/Arduino.h <<'CPP'
#include <cstdio>
enum { A0 = 14 };
struct {
	void begin(long) {}
	void println(double v) { std::printf("%g\n", v); }
} Serial;
int analogRead(int pin) { return pin == A0 + 1 ? 700 : 500; }
void delay(unsigned long) {}
CPP
	quiet gcc -Os -c -o gesture.o arduino/gesture.c
	printf '#include "arduino/Arduino.h"\n#include "arduino/gesture.ino"\nint main() { setup(); loop(); loop(); }\n' >main.cpp
	quiet g++ -std=gnu++11 -Os -Iarduino -o sketch main.cpp gesture.o
	[ "$(./sketch | awk '$1 > 0 && $1 < 1' | wc -l)" = 2 ] || fail "the sketch printed: $(./sketch)"
	;;
esac
