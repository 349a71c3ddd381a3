/* cortex_m4.h: what an instruction costs on a Cortex-M4, from its text. */
#ifndef CORTEX_M4_H
#define CORTEX_M4_H
#include <stdbool.h>

/* What the cost of an instruction depends on of the one before. All zero: nothing. */
typedef struct {
	char result[8]; /* the register in which the FPU leaves its last result */
	bool load;      /* a load of one register, which the next may overlap */
} M4;

/* Cycles when the pipeline has refilled after a jump. */
enum { M4_REFILL = 2 };

/* Cycles of one instruction as QEMU's disassembler writes it, "vldr s0, [r1]"; M4_REFILL is not in it. */
int m4_cycles(M4 *m, const char *text);

#endif
