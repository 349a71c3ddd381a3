/* ops.c: the operator table, read from ops.def. */
#include "ops.h"
#include <string.h>

const OpRow op_table[OP_COUNT] = {
#define OP(id, ...) [OP_##id] = {__VA_ARGS__},
#include "ops.def"
#undef OP
};

Op
op_named(const char *name)
{
	Op op = (Op)0;
	while (op < OP_COUNT && strcmp(op_table[op].name, name) != 0)
		op = (Op)(op + 1);
	return op;
}
