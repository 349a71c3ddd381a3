# netc: 'make' builds build/netc; 'make help' lists the rest.
#
# Everything that is built lies in $(BUILD), so that variants (sanitizers, fuzzing) live side by side:
# a variant is this same file run with another BUILD and EXTRA. Sources are found by wildcard.

BUILD ?= build
PREFIX ?= /usr/local
FUZZ_SECONDS ?= 600

ifeq ($(origin CC),default)
CC := $(shell command -v gcc >/dev/null 2>&1 && echo gcc || { command -v clang >/dev/null 2>&1 && echo clang || echo cc; })
endif
CFLAGS ?= -O2 -g
FLEX ?= flex
BISON ?= bison
PKG_CONFIG ?= pkg-config
MAKEFLAGS += --no-print-directory

lib_flags = $(shell $(PKG_CONFIG) $(1) $(2) 2>/dev/null || echo '$(3)')
LIB_CFLAGS := $(call lib_flags,--cflags,jansson zlib,)
LIBS := $(call lib_flags,--libs,jansson zlib,-ljansson -lz) -lm
CHECK_CFLAGS = $(call lib_flags,--cflags,check,)
CHECK_LIBS = $(call lib_flags,--libs,check,-lcheck -lsubunit -lpthread -lrt)

GEN := $(BUILD)/gen
STD := -std=c99 -D_POSIX_C_SOURCE=200809L
WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
GEN_WARN := -Wall -Wno-unused-function -Wno-unused-but-set-variable
INCLUDE := -I$(GEN) -Icompiler -Igrammar
COMPILE = $(CC) $(STD) $(INCLUDE) $(LIB_CFLAGS) $(CPPFLAGS) $(CFLAGS) $(EXTRA) -MMD -MP
LINK = $(CC) $(CFLAGS) $(EXTRA) $(LDFLAGS)

SRC := $(wildcard grammar/*.c compiler/*.c compiler/*/*.c)
GEN_SRC := $(GEN)/net.tab.c $(GEN)/net.lex.c $(GEN)/embedded.c
OBJ := $(SRC:%.c=$(BUILD)/obj/%.o) $(GEN_SRC:$(GEN)/%.c=$(BUILD)/obj/gen/%.o)
LIB_OBJ := $(filter-out $(BUILD)/obj/compiler/main.o,$(OBJ))

UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
UNIT_OBJ := $(patsubst %.c,$(BUILD)/obj/%.o,$(sort $(wildcard tests/unit/*.c)))
FUZZ_NAMES := $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
TEST_PROGRAMS := $(BUILD)/tests/npzraw $(if $(UNIT_SRC),$(BUILD)/tests/unit) \
	$(if $(wildcard tests/prop/prop.c),$(BUILD)/tests/prop)
C_FILES := $(wildcard grammar/*.[ch] compiler/*.[ch] compiler/*/*.[ch] runtime/*.[ch] tests/*/*.[ch] tests/bench/*.cc \
	examples/*/main.c)
LINT_SRC := $(SRC) $(filter-out tests/%_main.c tests/bench/peer_%.c,$(wildcard tests/*/*.c))

ASAN := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -DARENA_MALLOC -DTINY
FUZZ_FLAGS := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -DARENA_MALLOC -DTINY

.PHONY: all deps demo demo-run test test-programs format lint asan asan-programs test-asan layers
.PHONY: images picture-tools fuzz fuzz-build fuzz-programs bless bench bench-deps bench-docs install install-files uninstall clean help FORCE lint-format lint-gcc onnx-deps forecast-test forecast-fit
.PHONY: lint-clang lint-tidy lint-cppcheck target-deps target-programs target-test target-bench
.DELETE_ON_ERROR:
.SUFFIXES:

all: $(BUILD)/netc ## build/netc (the default)

$(BUILD)/netc: $(OBJ)
	$(LINK) -o $@ $(OBJ) $(LIBS)

# Says which package is missing before a compiler says it less well.
$(BUILD)/.tools: tests/deps.sh
	@mkdir -p $(@D)
	@FLEX='$(FLEX)' BISON='$(BISON)' CC='$(CC)' sh tests/deps.sh --check build
	@touch $@

$(GEN)/net.tab.c: grammar/net.y | $(BUILD)/.tools
	@mkdir -p $(@D)
	$(BISON) -Wall -Werror -o $@ --header=$(GEN)/net.tab.h grammar/net.y
	@touch $(GEN)/net.tab.h
$(GEN)/net.tab.h: $(GEN)/net.tab.c
	@test -f $@ || { rm -f $<; $(MAKE) $<; }
$(GEN)/net.lex.c: grammar/net.l | $(BUILD)/.tools
	@mkdir -p $(@D)
	$(FLEX) -o $@ grammar/net.l
EMBEDDED := prelude=compiler/prelude.net runtime=runtime/nn.h training=runtime/train.h picture=compiler/back/picture.css \
	view_style=compiler/back/view.css view_script=compiler/back/view.js page_script=compiler/back/page.js
$(GEN)/embedded.c: compiler/embed.sh $(foreach pair,$(EMBEDDED),$(lastword $(subst =, ,$(pair))))
	@mkdir -p $(@D)
	sh compiler/embed.sh $(EMBEDDED) >$@

$(BUILD)/obj/gen/%.o: $(GEN)/%.c $(GEN)/net.tab.h | $(BUILD)/.tools
	@mkdir -p $(@D)
	$(COMPILE) $(GEN_WARN) -c -o $@ $<
$(BUILD)/obj/grammar/%.o: grammar/%.c $(GEN)/net.tab.h | $(BUILD)/.tools
	@mkdir -p $(@D)
	$(COMPILE) $(WARN) -c -o $@ $<
$(BUILD)/obj/tests/unit/%.o: tests/unit/%.c | $(BUILD)/.tools
	@mkdir -p $(@D)
	$(COMPILE) $(CHECK_CFLAGS) $(WARN) -c -o $@ $<
$(BUILD)/obj/%.o: %.c | $(BUILD)/.tools
	@mkdir -p $(@D)
	$(COMPILE) $(WARN) -c -o $@ $<

deps: ## install the packages that building needs
	@sh tests/deps.sh build

# The suites of tests/unit/test_*.c: each defines 'Suite *suite_NAME(void)'. Rewritten only when the list changes.
$(GEN)/suites.def: FORCE
	@mkdir -p $(@D)
	@sed -n 's/^suite_\([a-z0-9_]*\)(void)$$/SUITE(\1)/p; s/^Suite \*suite_\([a-z0-9_]*\)(void)$$/SUITE(\1)/p' \
		$(UNIT_SRC) /dev/null | sort -u >$@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@
$(BUILD)/obj/tests/unit/main.o: $(GEN)/suites.def

$(BUILD)/tests/unit: $(UNIT_OBJ) $(LIB_OBJ)
	@mkdir -p $(@D)
	$(LINK) -o $@ $^ $(CHECK_LIBS) $(LIBS)
$(BUILD)/tests/prop: $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard tests/prop/*.c)) $(LIB_OBJ)
	@mkdir -p $(@D)
	$(LINK) -o $@ $^ $(LIBS)
$(BUILD)/tests/npzraw: $(BUILD)/obj/tests/lib/npzraw.o $(LIB_OBJ)
	@mkdir -p $(@D)
	$(LINK) -o $@ $^ $(LIBS)
$(BUILD)/tests/fuzz_%: $(BUILD)/obj/tests/fuzz/fuzz_%.o $(LIB_OBJ)
	@mkdir -p $(@D)
	$(LINK) -fsanitize=fuzzer -o $@ $^ $(LIBS)

test-programs: $(BUILD)/netc $(TEST_PROGRAMS)
fuzz-programs: $(FUZZ_NAMES:%=$(BUILD)/tests/fuzz_%)

# A recursive make takes over -j, or brings its own.
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
SUB = $(MAKE) $(if $(findstring -j,$(MAKEFLAGS)),,-j$(JOBS))
asan: ## build/asan/netc: sanitized, every object malloc'd, tables that start at two slots
	+@$(SUB) BUILD='$(BUILD)/asan' CFLAGS='-O1 -g' EXTRA='$(ASAN)' all
asan-programs:
	+@$(SUB) -s BUILD='$(BUILD)/asan' CFLAGS='-O1 -g' EXTRA='$(ASAN)' test-programs
fuzz-build:
	+@$(SUB) -s BUILD='$(BUILD)/fuzz' CC=clang CFLAGS='-O1 -g' EXTRA='$(FUZZ_FLAGS)' fuzz-programs

# The two commands of the README. Recursive makes, because the packages come first.
demo: ## compile a real model, run it on real data
	@sh tests/deps.sh demo
	@[ -x $(BUILD)/netc ] || echo "building $(BUILD)/netc"
	+@$(SUB) -s all
	@$(MAKE) demo-run
DIGITS := examples/digits/digits
demo-run:
	@mkdir -p $(BUILD)/demo
	$(BUILD)/netc $(DIGITS).net --weights $(DIGITS).safetensors -o $(BUILD)/demo/digits.c
	$(CC) -O2 $(BUILD)/demo/digits.c examples/digits/main.c -I$(BUILD)/demo -o $(BUILD)/demo/digits
	$(BUILD)/demo/digits
# The examples that train; their own Makefiles have more.
.PHONY: demo-charrnn demo-online mpi-deps
EXAMPLE = $(MAKE) -C examples/$(@:demo-%=%) NETC='$(abspath $(BUILD))/netc' BUILD='$(abspath $(BUILD))/examples/$(@:demo-%=%)'
demo-charrnn: ## train a net that writes letter by letter; a minute or two
	@sh tests/deps.sh demo
	+@$(SUB) -s all
	@$(EXAMPLE)
demo-online: ## a net that learns on the device, simulated
	@sh tests/deps.sh demo
	+@$(SUB) -s all
	@$(EXAMPLE)
mpi-deps: ## install Open MPI, for examples/charrnn/mpi.c
	@sh tests/deps.sh mpi

images: all ## the drawings of the README
	sh docs/images/make.sh '$(BUILD)/netc' docs/images
picture-tools: ## install what the tests of pictures look at them with: chromium, graphviz and others
	@sh tests/deps.sh pictures

RUN_TESTS = CC='$(CC)' BUILD='$(BUILD)' sh tests/run.sh
test: ## everything; the last line is 'N passed, N failed'
	@sh tests/deps.sh test
	+@$(SUB) -s test-programs
	@$(MAKE) asan-programs
	@if sh tests/deps.sh --has-fuzzer; then $(MAKE) fuzz-build; fi
	@$(RUN_TESTS)
test-asan: ## the suite with the sanitized build only
	+@$(SUB) -s test-programs
	@$(MAKE) asan-programs
	@VARIANTS=asan $(RUN_TESTS)
bless: ## rewrite the goldens of lang, fail, ir and pictures, and show what changed
	+@$(SUB) -s test-programs
	@BLESS=1 VARIANTS=plain $(RUN_TESTS) lang fail ir pictures || true
	@git --no-pager diff --stat -- tests
	@git --no-pager diff -- tests
NPM_RUNTIME = npm install --prefix $(BUILD)/bench --ignore-scripts --no-save --no-audit --no-fund --loglevel=error \
	onnxruntime-node@1.30.0
bench: ## netc's C against its peers: FILTER=w1 ROUNDS=5 PEERS=none; see docs/performance.md
	+@$(SUB) -s all $(BUILD)/tests/npzraw
	@CC='$(CC)' BUILD='$(BUILD)' sh tests/bench/bench.sh
bench-deps: ## install the peers that bench can have (ONNX Runtime from npm, into $(BUILD)/bench)
	@sh tests/deps.sh bench
	$(NPM_RUNTIME)
bench-docs: ## put the last results of bench into docs/performance.md
	@awk 'FNR == NR { text = text $$0 "\n"; next } /^<!-- end of/ { skip = 0 } !skip; \
		/^<!-- results/ { printf "```\n%s```\n", text; skip = 1 }' \
		$(BUILD)/bench/results.txt docs/performance.md >$(BUILD)/bench/page
	@mv $(BUILD)/bench/page docs/performance.md
	@cp $(BUILD)/bench/results.svg docs/performance.svg
onnx-deps: ## install what tests/export compares with: python3-onnx, ONNX Runtime for node
	@sh tests/deps.sh onnx
	$(NPM_RUNTIME)
forecast-test: test-programs ## --emit=forecast against all targets that are installed
	@VARIANTS=plain FORECAST_TARGETS="m0 m4 m7 m33 m55 rv32imac rv32imafc host" $(RUN_TESTS) forecast
forecast-fit: test-programs ## compiler/back/cost.def anew, from what the targets' compilers make of tests/forecast/nets
	@/usr/bin/python3 tests/forecast/fit.py >$(BUILD)/cost.rows
	@sed '/^TARGET/,$$d' compiler/back/cost.def | cat - $(BUILD)/cost.rows >$(BUILD)/cost.def
	mv $(BUILD)/cost.def compiler/back/cost.def
layers: ## includes point down only
	@sh tests/layers.sh
fuzz: fuzz-build ## every fuzz target for FUZZ_SECONDS each
	@for name in $(FUZZ_NAMES); do BUILD='$(BUILD)' sh tests/lib/fuzz_long.sh $$name $(FUZZ_SECONDS) || exit 1; done

# Firmware under QEMU; tests/target/run.sh tells more.
TARGET_RUN = CC='$(CC)' OUT='$(abspath $(BUILD))/target' NETC='$(abspath $(BUILD))/netc' TOOL='$(abspath $(BUILD))/tests/npzraw' \
	sh tests/target/run.sh
target-deps: ## install the cross compilers and QEMU
	@sh tests/deps.sh target
target-programs: target-deps
	+@$(SUB) -s all $(BUILD)/tests/npzraw
target-test: target-programs ## firmware gives the host's bits; FOR='m4 m0/gru', ARGS=--target=mcu
	@ARGS='$(ARGS)' $(TARGET_RUN) test $(FOR)
target-bench: target-programs ## instructions, flash, RAM against tests/target/table.txt; BLESS=1, FOR=
	@$(TARGET_RUN) table '$(FOR)'

format: ## clang-format over all C files
	clang-format -i $(C_FILES)
LINT_CC = $(STD) $(WARN) -Werror -O2 $(INCLUDE) $(LIB_CFLAGS) $(CHECK_CFLAGS) -c -o /dev/null
LINTS := lint-format lint-gcc lint-clang lint-tidy lint-cppcheck
lint: $(GEN_SRC) $(GEN)/net.tab.h $(GEN)/suites.def ## clang-format, gcc, clang, clang-tidy, cppcheck; quiet when clean
	+@$(SUB) -k $(LINTS)
lint-format:
	@for f in $(C_FILES); do clang-format $$f | cmp -s - $$f || { echo "$$f: run 'make format'"; bad=1; }; done; [ -z "$$bad" ]
lint-gcc lint-clang:
	@for f in $(LINT_SRC); do $(@:lint-%=%) $(LINT_CC) $$f || bad=1; done; [ -z "$$bad" ]
lint-tidy:
	@for f in $(LINT_SRC); do clang-tidy --quiet --warnings-as-errors='*' $$f -- $(STD) $(INCLUDE) $(LIB_CFLAGS) \
		$(CHECK_CFLAGS) 2>/dev/null || bad=1; done; [ -z "$$bad" ]
lint-cppcheck:
	@cppcheck --quiet --error-exitcode=1 --std=c99 --enable=warning,performance,portability --inline-suppr \
		--suppress=missingIncludeSystem $(INCLUDE) $(SRC)

# What is installed, as FILE:PLACE under PREFIX; @PREFIX@ and @VERSION@ are filled in where the file ends in .in.
VERSION = $(shell sed -n 's/^\#define NETC_VERSION "\(.*\)"/\1/p' compiler/back/back.h)
INSTALLED = runtime/nn.h:include/netc/nn.h runtime/train.h:include/netc/train.h docs/netc.1:share/man/man1/netc.1 \
	tools/netc.pc.in:share/pkgconfig/netc.pc \
	tools/cmake/netcConfig.cmake:share/cmake/netc/netcConfig.cmake \
	tools/cmake/netcConfigVersion.cmake.in:share/cmake/netc/netcConfigVersion.cmake \
	tools/completions/netc.bash:share/bash-completion/completions/netc \
	tools/completions/_netc:share/zsh/site-functions/_netc \
	tools/completions/netc.fish:share/fish/vendor_completions.d/netc.fish \
	$(foreach f,$(wildcard README.md LICENSE CHANGELOG.md docs/*.md docs/*.json docs/*.svg docs/images/*.svg),$(f):share/doc/netc/$(f))
install: all ## into DESTDIR and PREFIX
	@$(MAKE) install-files
# Installs the netc that is there, built or not by this make.
install-files:
	install -d '$(DESTDIR)$(PREFIX)/bin'
	install -m 755 '$(BUILD)/netc' '$(DESTDIR)$(PREFIX)/bin/netc'
	@for pair in $(INSTALLED); do \
		from=$${pair%%:*} to='$(DESTDIR)$(PREFIX)'/$${pair#*:}; \
		echo "install -m 644 $$from '$$to'"; \
		install -d "$${to%/*}" && install -m 644 "$$from" "$$to" || exit 1; \
		case $$from in *.in) sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|' "$$from" >"$$to" || exit 1 ;; esac; \
	done
uninstall: ## what install wrote, and the folders that are netc's own
	@for file in bin/netc $(foreach pair,$(INSTALLED),$(lastword $(subst :, ,$(pair)))); do \
		echo "rm -f '$(DESTDIR)$(PREFIX)/$$file'"; \
		rm -f '$(DESTDIR)$(PREFIX)'/"$$file" || exit 1; \
	done
	@cd '$(DESTDIR)$(PREFIX)' 2>/dev/null && rmdir share/doc/netc/docs/images share/doc/netc/docs share/doc/netc share/cmake/netc include/netc 2>/dev/null || true
clean: ## remove what was built
	rm -rf $(BUILD)
help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' Makefile | sort | awk -F '\t' '{ printf "  make %-12s %s\n", $$1, $$2 }'

-include $(OBJ:.o=.d) $(UNIT_OBJ:.o=.d) $(wildcard $(BUILD)/obj/tests/*/*.d)
