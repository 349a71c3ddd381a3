/* options.c: the command line, by getopt_long, with gcc's habits where gcc has one. */
#include "options.h"
#include "pass.h"
#include "weights/layout.h"
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	OPT_UNROLL = 256,
	OPT_EMIT,
	OPT_WEIGHTS,
	OPT_WEIGHTS_AS,
	OPT_LAYOUT,
	OPT_PREFIX,
	OPT_MAP,
	OPT_INIT,
	OPT_SEED,
	OPT_NAME,
	OPT_BATCH,
	OPT_DIM,
	OPT_MODEL,
	OPT_MATH,
	OPT_TARGET,
	OPT_SECTION,
	OPT_SCRATCH,
	OPT_EVAL,
	OPT_CHECK,
	OPT_TOLERANCE,
	OPT_GRAD,
	OPT_FREEZE,
	OPT_TRAIN_STATE,
	OPT_RECOMPUTE,
	OPT_DECAY,
	OPT_CHECK_GRAD,
	OPT_PRINT_DEPS,
	OPT_WRITE_DEPS,
	OPT_DEPS_FILE,
	OPT_STOP_AFTER,
	OPT_READ_IR,
	OPT_PASSES,
	OPT_VERSION,
	OPT_HELP
};

static const struct option long_options[] = {
	{"unroll", required_argument, NULL, OPT_UNROLL},
	{"output", required_argument, NULL, 'o'},
	{"emit", required_argument, NULL, OPT_EMIT},
	{"weights", required_argument, NULL, OPT_WEIGHTS},
	{"weights-as", required_argument, NULL, OPT_WEIGHTS_AS},
	{"layout", required_argument, NULL, OPT_LAYOUT},
	{"prefix", required_argument, NULL, OPT_PREFIX},
	{"map", required_argument, NULL, OPT_MAP},
	{"init", required_argument, NULL, OPT_INIT},
	{"seed", required_argument, NULL, OPT_SEED},
	{"name", required_argument, NULL, OPT_NAME},
	{"batch", required_argument, NULL, OPT_BATCH},
	{"dim", required_argument, NULL, OPT_DIM},
	{"model", required_argument, NULL, OPT_MODEL},
	{"math", required_argument, NULL, OPT_MATH},
	{"target", required_argument, NULL, OPT_TARGET},
	{"section", required_argument, NULL, OPT_SECTION},
	{"scratch", required_argument, NULL, OPT_SCRATCH},
	{"eval", required_argument, NULL, OPT_EVAL},
	{"check", required_argument, NULL, OPT_CHECK},
	{"tolerance", required_argument, NULL, OPT_TOLERANCE},
	{"grad", required_argument, NULL, OPT_GRAD},
	{"freeze", required_argument, NULL, OPT_FREEZE},
	{"train-state", no_argument, NULL, OPT_TRAIN_STATE},
	{"recompute", required_argument, NULL, OPT_RECOMPUTE},
	{"decay", required_argument, NULL, OPT_DECAY},
	{"check-grad", no_argument, NULL, OPT_CHECK_GRAD},
	{"print-deps", no_argument, NULL, OPT_PRINT_DEPS},
	{"write-deps", no_argument, NULL, OPT_WRITE_DEPS},
	{"deps-file", required_argument, NULL, OPT_DEPS_FILE},
	{"stop-after", required_argument, NULL, OPT_STOP_AFTER},
	{"read-ir", required_argument, NULL, OPT_READ_IR},
	{"passes", required_argument, NULL, OPT_PASSES},
	{"version", no_argument, NULL, OPT_VERSION},
	{"help", no_argument, NULL, OPT_HELP},
	{NULL, 0, NULL, 0},
};

static const char help[] = "usage: netc [OPTION]... FILE.net\n"
			   "Compiles a neural network to straight-line C99.\n"
			   "\n"
			   "  --unroll N         time steps of the unrolled function; 0: the step function\n"
			   "                     only (default: the file's unroll, else 1)\n"
			   "  -o FILE.c          write FILE.c and FILE.h; -o - writes one stream to stdout\n"
			   "                     (default: MODEL.c)\n"
			   "  --emit=KIND        c (default), selftest; reports: summary, shapes, forecast,\n"
			   "                     forecast-json, ast, ir; pictures: svg, html, dot,\n"
			   "                     mermaid, json; onnx; weights: what --weights FILE holds\n"
			   "  --weights FILE     .safetensors, .npz, .npy, .onnx, .pt or .nam; repeatable,\n"
			   "                     later wins\n"
			   "  --layout=HOW       whose names and packing: torch, keras, flux, onnx, flax,\n"
			   "                     equinox, nam, net (default: recognised by the names)\n"
			   "  --prefix P         only the file's names that begin with P, without it\n"
			   "  --map FILE         lines 'netc.name = file.name [transpose] [rows a:b]'\n"
			   "  --weights-as=HOW   const (default), params, extern\n"
			   "  --init=seeded      fill parameters without weights from --seed S (default 1)\n"
			   "  --name PREFIX      of every public name (default: from -o)\n"
			   "  --batch B          sequences at a time (default 1)\n"
			   "  --dim in=10        a size that the file leaves open: in, out, or a name from\n"
			   "                     a constructor\n"
			   "  --model NAME       which model of the file\n"
			   "  --math=fast|libm   built-in tanh, exp, ... with stated errors (default), or\n"
			   "                     libm's\n"
			   "  --target=WHAT      default: code that suits every target; host or mcu: code\n"
			   "                     that gives up the other\n"
			   "  --section NAME     linker section of the weights\n"
			   "  --scratch=WHERE    work buffer of the unrolled function: stack (default),\n"
			   "                     static, caller\n"
			   "  --eval X.npz -o Y.npz\n"
			   "                     run the net in double on the inputs in X\n"
			   "  --check V.npz      run it and compare with the outputs stored in V;\n"
			   "                     --tolerance T (default 1e-5); with --emit=selftest also\n"
			   "                     a C program that does so\n"
			   "  --grad=LOSS[,HOW]  also emit the training half: mse, mae, huber, crossentropy or\n"
			   "                     bce; HOW: last (step only), mask (a weight for each step),\n"
			   "                     index (targets are class numbers), delta=D (huber)\n"
			   "  --freeze NAME      a parameter or layer that is not trained; repeatable\n"
			   "  --train-state      train the initial state; windows start from it\n"
			   "  --recompute K      keep the values of every K-th step only, compute the rest\n"
			   "                     again\n"
			   "  --decay=WHAT       weight decay of all parameters (default) or of matrices\n"
			   "  --check-grad       compare the gradients with differences of the loss\n"
			   "  -M, -MD, -MF FILE  dependencies for make and ninja\n"
			   "  -W..., -Wno-..., -Werror, -w\n"
			   "                     warnings, as in gcc\n"
			   "  -fdiagnostics-color=auto|always|never, -fdiagnostics-format=text|json\n"
			   "  -O0                no optimisation of the graph; -O1 (default): all of it\n"
			   "  -fno-PASS          leave one out: merge, hoist, pack, fuse, fold or cse\n"
			   "  -d LETTERS         dump the graph after passes; -d help lists them\n"
			   "  --stop-after=PASS  stop there\n"
			   "  -v                 say what is done\n"
			   "  --version, --help\n"
			   "  @FILE              read options from FILE\n"
			   "\n"
			   "Exit status: 0 done, 1 wrong input, 2 wrong command line, 3 a file could not be\n"
			   "read or written, 70 a bug.\n";

static bool
wrong(const char *what, const char *value, const char *wanted)
{
	fprintf(stderr, "netc: %s '%s'; wanted %s\n", what, value, wanted);
	return false;
}

static bool
read_count(const char *option, const char *text, long least, long most, int32_t *out)
{
	char *end;
	errno = 0;
	long v = strtol(text, &end, 10);
	if (end == text || *end || errno || v < least || v > most) {
		char wanted[80];
		snprintf(wanted, sizeof wanted, "a whole number from %ld to %ld", least, most);
		return wrong(option, text, wanted);
	}
	*out = (int32_t)v;
	return true;
}

static bool
read_dim(Arena *a, const char *text, Options *o)
{
	const char *equals = strchr(text, '=');
	DimOption d;
	if (!equals || equals == text)
		return wrong("--dim", text, "NAME=SIZE, such as in=10");
	d.name = arena_strndup(a, text, (size_t)(equals - text));
	if (!read_count("--dim", equals + 1, 1, INT32_MAX, &d.size))
		return false;
	*table_push(a, &o->dim) = d;
	return true;
}

static bool
read_choice(const char *option, const char *text, const char *const *choice, int n, int *out)
{
	char wanted[120] = "";
	size_t used = 0;
	for (int i = 0; i < n; i++) {
		if (strcmp(text, choice[i]) == 0) {
			*out = i;
			return true;
		}
		used += (size_t)snprintf(wanted + used, sizeof wanted - used, "%s%s", i ? ", " : "", choice[i]);
	}
	return wrong(option, text, wanted);
}

static bool
read_seed(const char *text, uint64_t *out)
{
	char *end;
	errno = 0;
	unsigned long long v = strtoull(text, &end, 10);
	if (end == text || *end || errno || *text == '-')
		return wrong("--seed", text, "a whole number");
	*out = v;
	return true;
}

static bool
read_tolerance(const char *text, double *out)
{
	char *end;
	*out = strtod(text, &end);
	return end != text && !*end && *out >= 0 && isfinite(*out)
		       ? true
		       : wrong("--tolerance", text, "a number such as 1e-5");
}

/* "crossentropy,index,last" */
static bool
read_loss(const char *text, LossInfo *l)
{
	static const char wanted[] = "a loss (mse, mae, huber, crossentropy, bce), and after a comma last, mask, index "
				     "(of a crossentropy) or delta=D (of huber)";
	size_t n = strcspn(text, ",");
	l->kind = LOSS_NONE;
	l->delta = 1;
	for (int k = 1; k < LOSS_COUNT; k++)
		if (strlen(loss_name[k]) == n && strncmp(text, loss_name[k], n) == 0)
			l->kind = (LossKind)k;
	bool ok = l->kind != LOSS_NONE;
	for (const char *p = text + n; ok && *p; p += n) {
		n = strcspn(++p, ",");
		char word[32] = "", *end = word;
		snprintf(word, sizeof word, "%.*s", (int)n, p);
		l->last |= strcmp(word, "last") == 0;
		l->mask |= strcmp(word, "mask") == 0;
		l->index |= strcmp(word, "index") == 0;
		bool delta = strncmp(word, "delta=", 6) == 0;
		if (delta)
			l->delta = strtod(word + 6, &end);
		ok = (delta && end != word + 6 && !*end && l->delta > 0 && isfinite(l->delta) &&
		      l->kind == LOSS_HUBER) ||
		     strcmp(word, "last") == 0 || strcmp(word, "mask") == 0 ||
		     (strcmp(word, "index") == 0 && l->kind == LOSS_CROSSENTROPY);
	}
	return (ok && !(l->last && l->mask)) || wrong("--grad", text, wanted);
}

static bool
read_emit(Arena *a, const char *text, Options *o)
{
	o->emit = text;
	if (strcmp(text, "ast") == 0 || strcmp(text, "weights") == 0 || back_named(text))
		return true;
	return wrong("--emit", text, arena_printf(a, "ast, weights, %s", back_names(a)));
}

/* Passes that only make the code better. */
static const char *const optional_pass[] = {"merge", "hoist", "pack", "fuse", "fold", "cse"};

static bool
without_pass(Options *o, const char *name, bool off)
{
	for (int i = 0; i < COUNT(optional_pass); i++)
		if (strcmp(name, optional_pass[i]) == 0) {
			uint32_t bit = 1u << (pass_by_name(name) - pass_table);
			o->without = off ? o->without | bit : o->without & ~bit;
			return true;
		}
	return false;
}

static bool
read_f(Diag *d, const char *text, Options *o)
{
	static const char *const when[] = {"auto", "always", "never"}, *const format[] = {"text", "json"};
	int k;
	if (strncmp(text, "diagnostics-color=", 18) == 0) {
		if (!read_choice("-fdiagnostics-color", text + 18, when, 3, &k))
			return false;
		diag_color(d, (ColorWhen)k);
		return true;
	}
	if (strncmp(text, "diagnostics-format=", 19) == 0) {
		if (!read_choice("-fdiagnostics-format", text + 19, format, 2, &k))
			return false;
		diag_format(d, (DiagFormat)k);
		return true;
	}
	bool off = strncmp(text, "no-", 3) == 0;
	if (without_pass(o, off ? text + 3 : text, off))
		return true;
	return wrong(
		"unknown option", text,
		"-fdiagnostics-color=…, -fdiagnostics-format=…, or -fno- and merge, hoist, pack, fuse, fold or cse");
}

/* -O0: all that can be left out is; other levels: nothing. */
static bool
read_level(const char *text, Options *o)
{
	if (text && (strlen(text) != 1 || !strchr("0123", *text)))
		return wrong("-O", text, "-O0 or -O1");
	o->without = 0;
	for (int i = 0; text && *text == '0' && i < COUNT(optional_pass); i++)
		without_pass(o, optional_pass[i], true);
	return true;
}

static bool
read_section(const char *text, Options *o)
{
	o->section = text;
	for (const char *p = text; *p; p++)
		if (*p <= ' ' || *p > '~' || *p == '"' || *p == '\\')
			return wrong("--section", text, "the name of a linker section, such as .weights");
	return *text ? true : wrong("--section", text, "the name of a linker section, such as .weights");
}

static bool
read_dump(const char *text, Options *o)
{
	for (const char *p = text; *p; p++)
		if (!pass_by_letter(*p))
			return wrong("-d", text, "letters of passes; -d help lists them");
	o->dump = text;
	return true;
}

static bool
read_one(Arena *a, Diag *d, int c, const char *arg, Options *o)
{
	static const char *const as[] = {"const", "params", "extern"}, *const init[] = {"seeded"};
	static const char *const math[] = {"fast", "libm"}, *const scratch[] = {"stack", "static", "caller"};
	static const char *const target[] = {"default", "host", "mcu"};
	static const char *const decay[] = {"all", "matrices"};
	int k = 0;
	bool ok = true;
	switch (c) {
	case 'o': o->output = arg; break;
	case 'v': o->verbose = true; break;
	case 'w': diag_warning_option(d, "none"); break;
	case 'W':
		/* as in gcc, an unknown -Wno-… is no mistake */
		if (strcmp(arg, "extra") == 0)
			arg = "all";
		ok = diag_warning_option(d, arg) || strncmp(arg, "no-", 3) == 0 ||
		     wrong("unknown warning", arg, "a name that a message showed in [-W…]");
		break;
	case 'f': ok = read_f(d, arg, o); break;
	case 'O': ok = read_level(arg, o); break;
	case 'd': ok = read_dump(arg, o); break;
	case OPT_UNROLL: ok = read_count("--unroll", arg, 0, 1000000, &o->unroll); break;
	case OPT_EMIT: ok = read_emit(a, arg, o); break;
	case OPT_WEIGHTS: *table_push(a, &o->weights) = arg; break;
	case OPT_WEIGHTS_AS:
		ok = read_choice("--weights-as", arg, as, 3, &k);
		o->weights_as = (WeightsAs)k;
		o->weights_as_given = true;
		break;
	case OPT_INIT:
		ok = read_choice("--init", arg, init, 1, &k);
		o->seeded = true;
		break;
	case OPT_SEED: ok = read_seed(arg, &o->seed); break;
	case OPT_LAYOUT:
		o->layout = arg;
		ok = layout_known(arg) || wrong("--layout", arg, layout_names(a));
		break;
	case OPT_PREFIX: o->prefix = arg; break;
	case OPT_MAP: o->map = arg; break;
	case OPT_NAME:
		o->name = arg;
		ok = (*arg && !(*arg >= '0' && *arg <= '9') && strcmp(c_identifier(a, arg), arg) == 0) ||
		     wrong("--name", arg, "a C identifier");
		break;
	case OPT_BATCH: ok = read_count("--batch", arg, 1, 1 << 20, &o->batch); break;
	case OPT_DIM: ok = read_dim(a, arg, o); break;
	case OPT_MODEL: o->model = arg; break;
	case OPT_MATH:
		ok = read_choice("--math", arg, math, 2, &k);
		o->libm = k == 1;
		break;
	case OPT_TARGET:
		ok = read_choice("--target", arg, target, 3, &k);
		o->target = (Target)k;
		break;
	case OPT_SECTION: ok = read_section(arg, o); break;
	case OPT_SCRATCH:
		ok = read_choice("--scratch", arg, scratch, 3, &k);
		o->scratch_in = (ScratchIn)k;
		break;
	case OPT_EVAL: o->eval = arg; break;
	case OPT_CHECK: o->check = arg; break;
	case OPT_TOLERANCE: ok = read_tolerance(arg, &o->tolerance); break;
	case OPT_GRAD: ok = read_loss(arg, &o->loss); break;
	case OPT_FREEZE: *table_push(a, &o->freeze) = arg; break;
	case OPT_TRAIN_STATE: o->loss.train_state = true; break;
	case OPT_RECOMPUTE: ok = read_count("--recompute", arg, 1, 1000000, &o->loss.recompute); break;
	case OPT_DECAY:
		ok = read_choice("--decay", arg, decay, 2, &k);
		o->decay_matrices = k == 1;
		break;
	case OPT_CHECK_GRAD: o->check_grad = true; break;
	case OPT_PRINT_DEPS: o->print_deps = true; break;
	case OPT_WRITE_DEPS: o->write_deps = true; break;
	case OPT_DEPS_FILE: o->deps_file = arg; break;
	case OPT_STOP_AFTER:
		o->stop = arg;
		ok = pass_by_name(arg) || wrong("--stop-after", arg, "the name of a pass; -d help lists them");
		break;
	case OPT_READ_IR: o->read_ir = arg; break;
	case OPT_PASSES:
		o->passes = arg;
		ok = read_dump(arg, &(Options){0});
		break;
	default: ok = false;
	}
	return ok;
}

typedef TABLE(char *) Words;

static bool split_words(Arena *a, const char *file, Words *out, int depth);

static bool
add_word(Arena *a, const char *word, Words *out, int depth)
{
	if (word[0] == '@' && word[1])
		return split_words(a, word + 1, out, depth + 1);
	/* gcc's spelling of what getopt_long has no way to say */
	if (strcmp(word, "-M") == 0)
		word = "--print-deps";
	else if (strcmp(word, "-MD") == 0)
		word = "--write-deps";
	else if (strcmp(word, "-MF") == 0)
		word = "--deps-file";
	*table_push(a, out) = arena_strndup(a, word, strlen(word));
	return true;
}

/* Words between white space; quotes keep white space, a backslash the next character. */
static bool
split_words(Arena *a, const char *file, Words *out, int depth)
{
	char *text;
	size_t n;
	if (depth > 10 || !file_read(file, 1 << 20, &text, &n)) {
		fprintf(stderr, "netc: cannot read '@%s': %s\n", file,
			depth > 10 ? "it includes itself" : strerror(errno));
		return false;
	}
	bool ok = true, in_word = false;
	char quote = 0;
	Text word = {0};
	for (const char *p = text; ok && p <= text + n; p++) {
		bool end = p == text + n || (!quote && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'));
		if (end) {
			if (in_word)
				ok = add_word(a, word.v ? word.v : "", out, depth);
			in_word = false;
			word.n = 0;
			if (word.v)
				*word.v = '\0';
			continue;
		}
		in_word = true;
		if (*p == quote && quote)
			quote = 0;
		else if (!quote && (*p == '"' || *p == '\''))
			quote = *p;
		else if (*p == '\\' && quote != '\'' && p + 1 < text + n)
			text_put(&word, ++p, 1);
		else
			text_put(&word, p, 1);
	}
	text_free(&word);
	free(text);
	return ok;
}

static void
print_passes(void)
{
	for (int i = 0; i < pass_count; i++)
		printf("  %c  %-8s %s\n", pass_table[i].letter, pass_table[i].name, pass_table[i].what);
	printf("order: %s, then for the step and for the window: %s\n", pass_front, pass_back);
}

/* What belongs to --grad does not stand alone, and what it needs is not taken away. */
static const char *
training_flaw(const Options *o)
{
	if (!o->loss.kind && o->freeze.n)
		return "--freeze wants --grad=LOSS";
	if (!o->loss.kind && (o->loss.train_state || o->loss.recompute))
		return o->loss.train_state ? "--train-state wants --grad=LOSS" : "--recompute wants --grad=LOSS";
	if (!o->loss.kind && (o->check_grad || o->decay_matrices))
		return o->check_grad ? "--check-grad wants --grad=LOSS" : "--decay wants --grad=LOSS";
	if (o->loss.kind && o->unroll == 0)
		return "--grad wants a window; --unroll 0 makes none";
	if (o->loss.kind && o->weights_as_given && o->weights_as != WEIGHTS_PARAMS)
		return "--grad wants weights that change: --weights-as=params";
	if (o->loss.kind && strcmp(o->emit, "selftest") == 0)
		return "--emit=selftest checks outputs, so it goes without --grad";
	return NULL;
}

/* --section wants weights that are in the C file. */
static const char *
section_flaw(const Options *o)
{
	if (o->section && o->weights_as == WEIGHTS_EXTERN)
		return "--section places weights that are in the C file; --weights-as=extern has none there";
	if (o->section && o->weights_as == WEIGHTS_PARAMS && !o->weights.n && !o->seeded)
		return "--section wants weights to place: --weights FILE or --init=seeded";
	return NULL;
}

static OptionsResult
check_combination(const Options *o, int nfiles, char **file)
{
	bool lists_weights = strcmp(o->emit, "weights") == 0;
	if (lists_weights && !o->weights.n) {
		fprintf(stderr, "netc: --emit=weights wants --weights FILE\n");
		return OPTIONS_WRONG;
	}
	if (lists_weights && nfiles == 0)
		return OPTIONS_RUN;
	if (o->read_ir ? nfiles != 0 : nfiles != 1) {
		if (nfiles > 1)
			fprintf(stderr, "netc: one model at a time: found '%s' and '%s'\n", file[0], file[1]);
		else
			fprintf(stderr, "netc: no input file; netc --help lists the options\n");
		return OPTIONS_WRONG;
	}
	if (o->eval && !o->output) {
		fprintf(stderr, "netc: --eval wants -o FILE.npz for the outputs\n");
		return OPTIONS_WRONG;
	}
	if (o->write_deps && !o->deps_file && o->output && strcmp(o->output, "-") == 0) {
		fprintf(stderr, "netc: -MD with -o - wants -MF FILE for the dependencies\n");
		return OPTIONS_WRONG;
	}
	const char *flaw = training_flaw(o);
	flaw = flaw ? flaw : section_flaw(o);
	if (flaw) {
		fprintf(stderr, "netc: %s\n", flaw);
		return OPTIONS_WRONG;
	}
	const Backend *b = back_named(o->emit);
	if (b && b->needs_vectors && !o->check) {
		fprintf(stderr, "netc: --emit=%s wants --check V.npz with the inputs and outputs to test\n", o->emit);
		return OPTIONS_WRONG;
	}
	if (b && b->needs_vectors && o->weights_as == WEIGHTS_EXTERN) {
		fprintf(stderr, "netc: --emit=%s needs the weights: --weights-as=const or params\n", o->emit);
		return OPTIONS_WRONG;
	}
	if (o->eval && o->check) {
		fprintf(stderr, "netc: --eval and --check exclude each other\n");
		return OPTIONS_WRONG;
	}
	return OPTIONS_RUN;
}

/* getopt_long has said what is wrong. */
static void
suggest_option(const char *word)
{
	const char *candidate[COUNT(long_options)];
	int n = 0;
	for (; long_options[n].name; n++)
		candidate[n] = long_options[n].name;
	char name[40] = "";
	if (strncmp(word, "--", 2) == 0)
		snprintf(name, sizeof name, "%.*s", (int)strcspn(word + 2, "="), word + 2);
	const char *near = *name ? diag_nearest(name, candidate, n) : NULL;
	if (near && strcmp(near, name) != 0)
		fprintf(stderr, "netc: did you mean '--%s'?\n", near);
	fprintf(stderr, "netc: 'netc --help' lists the options\n");
}

OptionsResult
options_read(Arena *a, Diag *d, int argc, char **argv, Options *o)
{
	*o = (Options){.emit = "c", .unroll = -1, .seed = 1, .batch = 1, .tolerance = 1e-5};
	Words words = {0};
	*table_push(a, &words) = arena_strndup(a, "netc", 4);
	for (int i = 1; i < argc; i++)
		if (!add_word(a, argv[i], &words, 0))
			return OPTIONS_WRONG;
	*table_push(a, &words) = NULL;
	optind = 1;
	for (int c; (c = getopt_long(words.n - 1, words.v, "o:vwW:f:d:O::", long_options, NULL)) != -1;) {
		if (c == OPT_HELP || c == OPT_VERSION) {
			fputs(c == OPT_HELP ? help : "netc " NETC_VERSION "\n", stdout);
			return OPTIONS_DONE;
		}
		if (c == 'd' && strcmp(optarg, "help") == 0) {
			print_passes();
			return OPTIONS_DONE;
		}
		if (c == '?')
			suggest_option(words.v[optind - 1]);
		if (!read_one(a, d, c, optarg, o))
			return OPTIONS_WRONG;
	}
	o->input = words.v[optind];
	if (o->loss.kind && !o->weights_as_given)
		o->weights_as = WEIGHTS_PARAMS;
	return check_combination(o, words.n - 1 - optind, words.v + optind);
}
