/* npzraw.c: turns weight files into text or raw floats and back, so that no test needs Python.
 *
 *   npzraw random SEED OUT.npz OUT.raw NAME DIM…   values in [-1, 1), exact as floats, in both files
 *   npzraw unit …                                  the same in [0, 1); classes K …: whole numbers from 1 to K
 *   npzraw raw IN NAME OUT.raw                     one tensor as native floats
 *   npzraw compare IN NAME B.raw TOLERANCE         status 1 unless |a - b| <= TOLERANCE (1 + |a|) everywhere
 *   npzraw text IN.txt OUT.npz                     lines "NAME (2, 3) 1 2 3 4 5 6"; '#' starts a comment
 *   npzraw show IN                                 the same form, "%.9g"
 *   npzraw nudge IN NAME OUT.npz                   the last value of a tensor moved by 1e-3 (1 + |value|) */
#include "../../compiler/weights/weights.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
	Arena *arena;
	Diag *diag;
	TensorTable table;
} Tool;

static int
complain(const char *what, const char *name)
{
	fprintf(stderr, "npzraw: %s '%s'\n", what, name);
	return 1;
}

static bool
tool_read(Tool *t, const char *path)
{
	bool io = false;
	return weights_read(t->diag, path, &t->table, &io);
}

/* A tensor of a file; NULL after a message. */
static const Tensor *
tensor_of(Tool *t, const char *path, const char *name)
{
	const Tensor *x = tool_read(t, path) ? tensor_find(&t->table, name) : NULL;
	if (!x && !diag_errors(t->diag))
		complain("no tensor", name);
	return x;
}

static bool
floats_write(const char *path, const Tensor *x)
{
	FILE *f = fopen(path, "wb");
	bool ok = f != NULL;
	for (int64_t i = 0; ok && i < x->count; i++) {
		float v = (float)x->value[i];
		ok = fwrite(&v, sizeof v, 1, f) == 1;
	}
	return f && !fclose(f) && ok;
}

/* The next of a sequence of 24-bit numbers (a 64-bit linear congruential generator, top bits). */
static uint32_t
random_24(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*state >> 40);
}

/* From `random` in [-1, 1), or if classes > 0 in 1 … classes, or in [0, 1). */
static int
write_random(Tool *t, int n, char **arg, int classes, bool unit)
{
	int64_t dim[TENSOR_RANK_MAX];
	int rank = n - 4;
	if (rank < 0 || rank > TENSOR_RANK_MAX)
		return complain("bad rank of", arg[3]);
	for (int i = 0; i < rank; i++)
		dim[i] = strtoll(arg[4 + i], NULL, 10);
	uint64_t state = strtoull(arg[0], NULL, 10) + 1;
	Tensor *x = tensor_add(&t->table, arg[3], rank, dim);
	for (int64_t i = 0; i < x->count; i++)
		x->value[i] = classes > 0 ? 1 + (double)(random_24(&state) % (uint32_t)classes)
			      : unit      ? (double)random_24(&state) / (1 << 24)
					  : (double)random_24(&state) / (1 << 23) - 1;
	if (!npz_write(&t->table, arg[1]))
		return complain("cannot write", arg[1]);
	return floats_write(arg[2], x) ? 0 : complain("cannot write", arg[2]);
}

static int
do_random(Tool *t, int n, char **arg)
{
	return write_random(t, n, arg, 0, false);
}

static int
do_unit(Tool *t, int n, char **arg)
{
	return write_random(t, n, arg, 0, true);
}

static int
do_classes(Tool *t, int n, char **arg)
{
	return write_random(t, n - 1, arg + 1, atoi(arg[0]), false);
}

static int
do_raw(Tool *t, int n, char **arg)
{
	(void)n;
	const Tensor *x = tensor_of(t, arg[0], arg[1]);
	if (!x)
		return 1;
	return floats_write(arg[2], x) ? 0 : complain("cannot write", arg[2]);
}

static int
compare_values(const Tensor *x, const float *b, double tolerance)
{
	int64_t worst = -1;
	double most = 0;
	for (int64_t i = 0; i < x->count; i++) {
		double a = x->value[i], off = fabs(a - (double)b[i]) / (1 + fabs(a));
		bool bad = isnan(a) != isnan(b[i]) || (!isnan(a) && !(a == (double)b[i]) && !(off <= tolerance));
		if (bad && (worst < 0 || off > most)) {
			worst = i;
			most = off;
		}
	}
	if (worst < 0)
		return 0;
	fprintf(stderr,
		"npzraw: element %" PRId64 " of %s: %.9g, wanted %.9g: off by %.3g (1 + |wanted|), allowed %g\n", worst,
		x->name, (double)b[worst], x->value[worst], most, tolerance);
	return 1;
}

static int
do_compare(Tool *t, int n, char **arg)
{
	(void)n;
	const Tensor *x = tensor_of(t, arg[0], arg[1]);
	if (!x)
		return 1;
	char *data;
	size_t size;
	if (!file_read(arg[2], (size_t)1 << 30, &data, &size))
		return complain("cannot read", arg[2]);
	int status = 1;
	if (size != (size_t)x->count * sizeof(float)) {
		fprintf(stderr, "npzraw: %s has %zu bytes, wanted %" PRId64 " floats as in %s %s\n", arg[2], size,
			x->count, x->name, tensor_shape_text(t->arena, x));
	} else {
		float *b = arena_alloc(t->arena, size + 1);
		memcpy(b, data, size);
		status = compare_values(x, b, strtod(arg[3], NULL));
	}
	free(data);
	return status;
}

/* "NAME (2, 3) 1 2 …" into the table; 1 if it is malformed. */
static int
line_read(Tool *t, char *line)
{
	int64_t dim[TENSOR_RANK_MAX];
	int rank = 0;
	char *open = strchr(line, '('), *close = open ? strchr(open, ')') : NULL;
	if (!close || open == line)
		return complain("no shape in the line", line);
	char *p = open + 1;
	while (p += strspn(p, ", "), p < close) {
		if (rank == TENSOR_RANK_MAX)
			return complain("too many dimensions in", line);
		dim[rank++] = strtoll(p, &p, 10);
	}
	while (open > line && open[-1] == ' ')
		open--;
	*open = '\0';
	if (tensor_find(&t->table, line))
		return complain("twice the tensor", line);
	Tensor *x = tensor_add(&t->table, arena_strndup(t->arena, line, strlen(line)), rank, dim);
	p = close + 1;
	for (int64_t i = 0; i < x->count; i++) {
		char *end;
		x->value[i] = strtod(p, &end);
		if (end == p)
			return complain("too few values for", line);
		p = end;
	}
	return p[strspn(p, " \t\r")] ? complain("too many values for", line) : 0;
}

static int
do_text(Tool *t, int n, char **arg)
{
	(void)n;
	char *data;
	size_t size;
	if (!file_read(arg[0], (size_t)1 << 26, &data, &size))
		return complain("cannot read", arg[0]);
	int status = 0;
	for (char *line = data, *next; line && !status; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		line[strcspn(line, "#")] = '\0';
		line += strspn(line, " \t");
		if (*line)
			status = line_read(t, line);
	}
	free(data);
	if (!status && !npz_write(&t->table, arg[1]))
		return complain("cannot write", arg[1]);
	return status;
}

static int
do_show(Tool *t, int n, char **arg)
{
	(void)n;
	if (!tool_read(t, arg[0]))
		return 1;
	for (int i = 0; i < t->table.tensor.n; i++) {
		const Tensor *x = &t->table.tensor.v[i];
		printf("%s %s", x->name, tensor_shape_text(t->arena, x));
		for (int64_t k = 0; k < x->count; k++)
			printf(" %.9g", x->value[k]);
		putchar('\n');
	}
	return 0;
}

static int
do_nudge(Tool *t, int n, char **arg)
{
	(void)n;
	const Tensor *x = tensor_of(t, arg[0], arg[1]);
	if (!x || !x->count)
		return x ? complain("no values in", arg[1]) : 1;
	x->value[x->count - 1] += 1e-3 * (1 + fabs(x->value[x->count - 1]));
	return npz_write(&t->table, arg[2]) ? 0 : complain("cannot write", arg[2]);
}

static const struct {
	const char *name;
	int args; /* at least */
	int (*run)(Tool *, int n, char **arg);
} verbs[] = {
	{"random", 4, do_random},   {"unit", 4, do_unit}, {"classes", 5, do_classes}, {"raw", 3, do_raw},
	{"compare", 4, do_compare}, {"text", 2, do_text}, {"show", 1, do_show},       {"nudge", 3, do_nudge},
};

int
main(int argc, char **argv)
{
	for (int i = 0; i < COUNT(verbs); i++) {
		if (argc < 2 || strcmp(argv[1], verbs[i].name) || argc - 2 < verbs[i].args)
			continue;
		Tool tool = {.arena = arena_new()};
		tool.diag = diag_new(tool.arena, stderr);
		tool.table.arena = tool.arena;
		int status = verbs[i].run(&tool, argc - 2, argv + 2);
		diag_flush(tool.diag);
		arena_free(tool.arena);
		return status;
	}
	fprintf(stderr, "npzraw: unknown verb or missing arguments; see the head of tests/lib/npzraw.c\n");
	return 2;
}
