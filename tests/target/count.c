/* count.c: a QEMU plugin that counts the instructions a guest executes between two addresses.
 *
 * QEMU translates the guest in blocks that are entered only at their start and left only at their end; both marks are
 * targets of calls, so a count per block is exact. Arguments: begin=ADDRESS,end=ADDRESS[,cycles=1]; a line per region
 * goes to QEMU's log: "insns N cycles M", M by the model in cortex_m4.c. Debian has neither header nor import library
 * for plugins, so what is used of the interface (version 1, QEMU 4.2 to 8) is declared here. */
#include "cortex_m4.h"
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))
typedef uint64_t PluginId;
typedef struct qemu_plugin_tb Code;   /* QEMU's: a block */
typedef struct qemu_plugin_insn Insn; /* QEMU's */
enum { CALLBACK_NO_REGISTERS = 0 };

void qemu_plugin_register_vcpu_tb_trans_cb(PluginId id, void (*fn)(PluginId, Code *));
void qemu_plugin_register_vcpu_tb_exec_cb(Code *tb, void (*fn)(unsigned, void *), int flags, void *data);
size_t qemu_plugin_tb_n_insns(const Code *tb);
uint64_t qemu_plugin_tb_vaddr(const Code *tb);
Insn *qemu_plugin_tb_get_insn(const Code *tb, size_t i);
size_t qemu_plugin_insn_size(const Insn *insn);
char *qemu_plugin_insn_disas(const Insn *insn); /* to be freed */
void qemu_plugin_outs(const char *line);

extern EXPORT int qemu_plugin_version;
EXPORT int qemu_plugin_version = 1;
EXPORT int qemu_plugin_install(PluginId id, const void *info, int argc, char **argv);

typedef struct {
	uint64_t start, end;
	uint64_t insns, cycles; /* the cycles without those of a jump at the end */
} Block;

static uint64_t mark_begin, mark_end; /* arguments */
static bool with_cycles;

static bool counting;
static uint64_t insns, cycles;
static const Block *last; /* that ran; borrowed */

static void
report(void)
{
	char line[96];
	snprintf(line, sizeof line, "insns %" PRIu64 " cycles %" PRIu64 "\n", insns, cycles);
	qemu_plugin_outs(line);
}

/* The blocks of the marks themselves count, too: the empty program has them as well. */
static void
block_runs(unsigned cpu, void *data)
{
	const Block *b = data;
	(void)cpu;
	if (counting && b->start == mark_end)
		report();
	if (b->start == mark_end)
		counting = false;
	if (b->start == mark_begin) {
		counting = true;
		insns = cycles = 0;
		last = NULL;
	}
	if (!counting)
		return;
	insns += b->insns;
	cycles += b->cycles + (with_cycles && last && last->end != b->start ? M4_REFILL : 0);
	last = b;
}

static void
block_translated(PluginId id, Code *tb)
{
	Block *b = calloc(1, sizeof *b);
	M4 m = {"", false};
	(void)id;
	if (!b)
		abort();
	b->start = b->end = qemu_plugin_tb_vaddr(tb);
	b->insns = qemu_plugin_tb_n_insns(tb);
	for (size_t i = 0; i < b->insns; i++) {
		const Insn *insn = qemu_plugin_tb_get_insn(tb, i);
		char *text = with_cycles ? qemu_plugin_insn_disas(insn) : NULL;
		b->end += qemu_plugin_insn_size(insn);
		b->cycles += text ? (uint64_t)m4_cycles(&m, text) : 0;
		free(text);
	}
	qemu_plugin_register_vcpu_tb_exec_cb(tb, block_runs, CALLBACK_NO_REGISTERS, b);
}

static uint64_t
address(const char *text)
{
	return strtoull(text, NULL, 16) & ~UINT64_C(1); /* Thumb's bit */
}

EXPORT int
qemu_plugin_install(PluginId id, const void *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++) {
		if (strncmp(argv[i], "begin=", 6) == 0)
			mark_begin = address(argv[i] + 6);
		if (strncmp(argv[i], "end=", 4) == 0)
			mark_end = address(argv[i] + 4);
		with_cycles |= strncmp(argv[i], "cycles=", 7) == 0;
	}
	if (!mark_begin || !mark_end)
		return 1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, block_translated);
	return 0;
}
