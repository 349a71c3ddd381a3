/* options.h: the command line. */
#ifndef NETC_OPTIONS_H
#define NETC_OPTIONS_H
#include "back/back.h"
#include "lower/lower.h"

typedef struct {
	const char *input;  /* FILE.net */
	const char *output; /* -o, or NULL */
	const char *emit;   /* name of a back end, or "ast" */
	const char *name;   /* --name, or NULL */
	int32_t unroll;     /* --unroll, -1 if not given */
	TABLE(const char *) weights;
	TABLE(DimOption) dim;
	const char *layout, *prefix, *map; /* --layout, --prefix, --map, or NULL */
	WeightsAs weights_as;
	ScratchIn scratch_in;
	bool seeded, libm, verbose;
	uint64_t seed;
	int32_t batch;
	const char *model;
	const char *eval, *check;
	LossInfo loss; /* --grad and what belongs to it; kind LOSS_NONE: not given */
	TABLE(const char *) freeze;
	bool decay_matrices; /* --decay=matrices */
	bool check_grad, weights_as_given;
	double tolerance;
	bool print_deps, write_deps;
	const char *deps_file;
	uint32_t without; /* passes to leave out: bit of each in pass_table */
	Target target;
	const char *section; /* --section, or NULL */
	const char *dump;    /* -d letters */
	const char *stop;    /* --stop-after */
	const char *read_ir; /* --read-ir, for tests */
	const char *passes;  /* --passes, for tests */
} Options;

typedef enum { OPTIONS_RUN, OPTIONS_DONE, OPTIONS_WRONG } OptionsResult;

/* Reads argv (with @FILE replaced by the words in FILE). DONE: --help or --version was answered. WRONG: the message
 * has been given. -W and -f options are passed on to diag. */
OptionsResult options_read(Arena *a, Diag *d, int argc, char **argv, Options *o);
#endif
