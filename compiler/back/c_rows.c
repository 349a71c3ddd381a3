/* c_rows.c: the inner loop of a cell on a microcontroller as a function of its own, with bodies for instructions that
 * compilers do not form.
 *
 *   a[j] += sum over k of q[k][j] * x[k]     j < lanes, the accumulators that the registers hold
 *
 * The plain body is C. -DNN_VLDM takes one that loads eight weights with one instruction, for Cortex-M4F, M7 and M33;
 * -DNN_MVE one with vectors of four, for M55. Both use fused multiply-adds, so their bits are those of contraction.
 * -DNN_VMUL is NN_VLDM with the bits of no contraction, and what a Cortex-M4, with its slow VFMA, is fastest with. */
#include "c_cell.h"
#include <inttypes.h>

enum { AT_A_TIME = 8, FIRST_WEIGHT = 20, FIRST_X = 28, FIRST_VECTOR = 6 };

/* The first n registers of the FPU. */
static void
write_clobbered(Text *t, int n)
{
	for (int i = 0; i < n; i++)
		text_add(t, "%s\"s%d\"", i % 10 ? ", " : ",\n\t\t  ", i);
}

/* One row: weights in runs of eight, each multiplied by the x in register `x`. */
static void
write_row(Text *t, int64_t lanes, int x)
{
	for (int64_t j = 0; j < lanes; j += AT_A_TIME) {
		int64_t n = lanes - j < AT_A_TIME ? lanes - j : AT_A_TIME;
		text_add(t, "\t\t\"vldmia %%[q]!, {s%d-s%d}\\n\\t\"\n", FIRST_WEIGHT, FIRST_WEIGHT + (int)n - 1);
		for (int64_t i = 0; i < n; i++)
			text_add(t, "%sNN_PRODUCT(%d, %d)",
				 i % 4 ? " "
				 : i   ? "\n\t\t"
				       : "\t\t",
				 FIRST_WEIGHT + (int)i, x);
		for (int64_t i = 0; i < n; i++)
			text_add(t, "%sNN_SUM(%d, %d, %d)", i % 4 ? " " : "\n\t\t", (int)(j + i), FIRST_WEIGHT + (int)i,
				 x);
		text_put(t, "\n", 1);
	}
}

/* Four rows at a time, then what is left. */
static void
write_vldm(Text *t, int64_t lanes)
{
	text_add(t,
		 "#if defined(NN_VLDM) || defined(NN_VMUL)\n\tint four;\n\t__asm__ volatile(\n\t\t\"vldmia %%[a], "
		 "{s0-s%d}\\n\\t\"\n",
		 (int)lanes - 1);
	text_add(t, "\t\t\"lsrs %%[m], %%[n], #2\\n\\tbeq 2f\\n1:\\n\\t\"\n\t\t\"vldmia %%[x]!, {s28-s31}\\n\\t\"\n");
	for (int x = FIRST_X; x < FIRST_X + 4; x++)
		write_row(t, lanes, x);
	text_add(t, "\t\t\"subs %%[m], #1\\n\\tbne 1b\\n2:\\n\\t\"\n\t\t\"ands %%[n], #3\\n\\tbeq 4f\\n3:\\n\\t\"\n");
	text_add(t, "\t\t\"vldmia %%[x]!, {s28}\\n\\t\"\n");
	write_row(t, lanes, FIRST_X);
	text_add(t, "\t\t\"subs %%[n], #1\\n\\tbne 3b\\n4:\\n\\tvstmia %%[a], {s0-s%d}\"\n", (int)lanes - 1);
	text_add(t, "\t\t: [q] \"+&r\"(q), [x] \"+&r\"(x), [n] \"+&r\"(n), [m] \"=&r\"(four)\n\t\t: [a] \"r\"(a)\n"
		    "\t\t: \"cc\", \"memory\"");
	write_clobbered(t, 32);
	text_add(t, ");\n\treturn q;\n");
}

/* Vectors q0, q1, ... and memory at [a], one after the other; `verb` loads or stores. */
static void
write_accumulators(Text *t, const char *verb, int n)
{
	for (int i = 0; i < n; i++)
		text_add(t, "\t\t\"%s q%d, [%%[a], #%d]\\n\\t\"\n", verb, i, 16 * i);
}

/* One row: a vector of weights is multiplied while the next one is loaded. */
static void
write_vectors(Text *t, int n, const char *x)
{
	for (int i = 0; i < n; i++)
		text_add(t, "\t\t\"vldrw.u32 q%d, [%%[q]], #16\\n\\tvfma.f32 q%d, q%d, %s\\n\\t\"\n",
			 FIRST_VECTOR + i % 2, i, FIRST_VECTOR + i % 2, x);
}

/* Four rows at a time, then what is left. In assembler because gcc 12 loads x twice and has been seen to go wrong; r7
 * is its frame pointer. */
static void
write_mve(Text *t, int64_t lanes)
{
	static const char *const x[] = {"r4", "r5", "r6", "r8"};
	int n = (int)lanes / 4;
	text_add(t, "#elif defined(NN_MVE)\n\t__asm__ volatile(\n");
	write_accumulators(t, "vldrw.u32", n);
	text_add(t, "\t\t\"lsr r12, %%[n], #2\\n\\twls lr, r12, 2f\\n1:\\n\\t\"\n");
	text_add(t, "\t\t\"ldmia %%[x]!, {r4-r6, r8}\\n\\t\"\n");
	for (int i = 0; i < COUNT(x); i++)
		write_vectors(t, n, x[i]);
	text_add(t, "\t\t\"le lr, 1b\\n2:\\n\\t\"\n");
	text_add(t, "\t\t\"and r12, %%[n], #3\\n\\twls lr, r12, 4f\\n3:\\n\\t\"\n");
	text_add(t, "\t\t\"ldr r4, [%%[x]], #4\\n\\t\"\n");
	write_vectors(t, n, "r4");
	text_add(t, "\t\t\"le lr, 3b\\n4:\\n\\t\"\n");
	write_accumulators(t, "vstrw.32", n);
	text_add(t, "\t\t: [q] \"+&r\"(q), [x] \"+&r\"(x)\n\t\t: [a] \"r\"(a), [n] \"r\"(n)\n"
		    "\t\t: \"cc\", \"memory\", \"r4\", \"r5\", \"r6\", \"r8\", \"r12\", \"lr\"");
	write_clobbered(t, 32);
	text_add(t, ");\n\treturn q;\n");
}

static void
write_plain_rows(Text *t, int64_t lanes)
{
	text_add(t, "\t\t\tfor (int k = 0; k < n; k++, p += %" PRId64 ")\n", lanes);
	text_add(t, "\t\t\t\tNN_UNROLL\n\t\t\t\tfor (int j = 0; j < LANES; j++)\n");
	text_add(t, "\t\t\t\t\tb[j] += p[j] * x[k];\n");
}

/* All accumulators at a time, or a few for the sake of size. */
static void
write_plain(Text *t, int64_t lanes)
{
	int64_t few = 5;
	while (lanes % few)
		few--;
	text_add(t, "#else\n\tenum { LANES = NN_SPEED(%" PRId64 ", %" PRId64 ") };\n", lanes, few);
	text_add(t, "\tfor (int j0 = 0; j0 < %" PRId64 "; j0 += LANES) {\n\t\tfloat b[LANES];\n", lanes);
	text_add(t, "\t\tconst float *p = q + j0;\n");
	text_add(t, "\t\tNN_UNROLL\n\t\tfor (int j = 0; j < LANES; j++)\n\t\t\tb[j] = a[j0 + j];\n");
	text_add(t, "\t\tif (NN_LONG(n)) {\n\t\t\tNN_TURNS(%d)\n", lanes > 8 ? 4 : 8);
	write_plain_rows(t, lanes);
	text_add(t, "\t\t} else {\n");
	write_plain_rows(t, lanes);
	text_add(t, "\t\t}\n");
	text_add(t, "\t\tNN_UNROLL\n\t\tfor (int j = 0; j < LANES; j++)\n\t\t\ta[j0 + j] = b[j];\n");
	text_add(t, "\t}\n\treturn q + n * %" PRId64 ";\n#endif\n}\n", lanes);
}

const char *
c_rows_start(Emit *e, int64_t lanes)
{
	const char **name = c_kernel_named(e, KEY_ROWS_START, &lanes, sizeof lanes);
	Text t = {0};
	if (!*name) {
		text_add(&t, "(float *NN_RESTRICT a, const float *q)\n{\n#if defined(NN_VLDM) || defined(NN_VMUL)\n"
			     "\t__asm__ volatile(\n");
		text_add(&t, "\t\t\"vldmia %%[q]!, {s0-s%d}\\n\\tvstmia %%[a], {s0-s%d}\"\n", (int)lanes - 1,
			 (int)lanes - 1);
		text_add(&t, "\t\t: [q] \"+&r\"(q)\n\t\t: [a] \"r\"(a)\n\t\t: \"memory\"");
		write_clobbered(&t, (int)lanes);
		text_add(&t, ");\n\treturn q;\n#else\n\tNN_UNROLL_FAST\n\tfor (int j = 0; j < %" PRId64 "; j++)\n",
			 lanes);
		text_add(&t, "\t\ta[j] = q[j];\n\treturn q + %" PRId64 ";\n#endif\n}\n", lanes);
		*name = c_kernel_add_as(e, "static NN_INLINE const float *",
					arena_printf(e->arena, "start_%" PRId64, lanes), &t);
	}
	return *name;
}

const char *
c_rows(Emit *e, int64_t lanes)
{
	const char **name = c_kernel_named(e, KEY_ROWS, &lanes, sizeof lanes);
	Text t = {0};
	if (!*name) {
		text_add(&t, "(float *NN_RESTRICT a, const float *q, const float *x, int n)\n{\n");
		write_vldm(&t, lanes);
		if (lanes % 4 == 0)
			write_mve(&t, lanes);
		write_plain(&t, lanes);
		*name = c_kernel_add_as(e, "NN_ROWS static const float *",
					arena_printf(e->arena, "rows_%" PRId64, lanes), &t);
	}
	return *name;
}
