/* cortex_m4.c: an additive cycle model of the Cortex-M4, after the tables in Arm's Technical Reference Manual (r0p1).
 *
 * No wait states of the flash; divisions take 7 cycles (2 to 12 by the manual). A load overlaps a load before it; an
 * FPU instruction that needs the result of the one just before waits a cycle. Good for comparing two programs, not for
 * promising a deadline. */
#include "cortex_m4.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

typedef enum { PLAIN, LOAD, MULTIPLE, ARITHMETIC } Kind;
typedef struct {
	const char *prefix;
	int cycles;
	Kind kind; /* of MULTIPLE each register costs a cycle more */
} Row;

/* The first prefix that fits decides. */
static const Row table[] = {
	{"vldm", 1, MULTIPLE},    {"vstm", 1, MULTIPLE},     {"vpush", 1, MULTIPLE},
	{"vpop", 1, MULTIPLE},    {"vldr", 2, LOAD},         {"vstr", 2, PLAIN},
	{"vmov", 1, PLAIN},       {"vmrs", 1, PLAIN},        {"vmsr", 1, PLAIN},
	{"vdiv", 14, ARITHMETIC}, {"vsqrt", 14, ARITHMETIC}, {"vfm", 3, ARITHMETIC},
	{"vfnm", 3, ARITHMETIC},  {"vml", 3, ARITHMETIC},    {"vnml", 3, ARITHMETIC},
	{"v", 1, ARITHMETIC},     {"ldm", 1, MULTIPLE},      {"stm", 1, MULTIPLE},
	{"push", 1, MULTIPLE},    {"pop", 1, MULTIPLE},      {"ldrd", 3, PLAIN},
	{"strd", 3, PLAIN},       {"ldr", 2, LOAD},          {"sdiv", 7, PLAIN},
	{"udiv", 7, PLAIN},       {"tb", 2, PLAIN},          {"", 1, PLAIN},
};

static const Row *
row_of(const char *text)
{
	const Row *r = table;
	while (strncmp(text, r->prefix, strlen(r->prefix)) != 0)
		r++;
	return r;
}

/* The registers in "{r4, r5, s16-s31}". */
static int
registers(const char *text)
{
	int n = 0, first = 0;
	bool range = false;
	for (const char *p = strchr(text, '{'); p && *p && *p != '}'; p++) {
		if (*p == '-') {
			range = true;
		} else if (isalpha((unsigned char)*p) && !isalnum((unsigned char)p[-1])) {
			int number = atoi(p + 1);
			n += range ? number - first : 1;
			first = number;
			range = false;
		}
	}
	return n;
}

/* Does the text from p on name the register? */
static bool
names(const char *p, const char *reg)
{
	size_t n = strlen(reg);
	for (; n && (p = strstr(p, reg)) != NULL; p += n)
		if (!isalnum((unsigned char)p[n]) && !isalnum((unsigned char)p[-1]))
			return true;
	return false;
}

int
m4_cycles(M4 *m, const char *text)
{
	const Row *r = row_of(text);
	const char *to = text + strcspn(text, " \t");
	to += strspn(to, " \t");
	size_t n = strcspn(to, ", ");
	/* A sum of products and a comparison read their first operand, too. */
	bool reads_first = strncmp(text, "vcmp", 4) == 0 || (r->kind == ARITHMETIC && r->cycles == 3);
	int cycles = r->cycles + (r->kind == MULTIPLE ? registers(text) : 0);
	cycles -= r->kind == LOAD && m->load;
	cycles += r->kind == ARITHMETIC && names(reads_first ? to : to + n, m->result);
	m->load = r->kind == LOAD;
	m->result[0] = 0;
	if (r->kind == ARITHMETIC && strncmp(text, "vcmp", 4) != 0 && n < sizeof m->result) {
		memcpy(m->result, to, n);
		m->result[n] = 0;
	}
	return cycles;
}
