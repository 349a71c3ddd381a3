/* main.c: files in, files out, exit status. The way of the data is in compile(). */
#include "ast.h"
#include "back/back.h"
#include "bind.h"
#include "evalfile.h"
#include "evaltrain.h"
#include "embedded.h"
#include "gradcheck.h"
#include "options.h"
#include "parse.h"
#include "pass.h"
#include "train.h"
#include "weights/layout.h"
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_OK = 0, EXIT_INPUT = 1, EXIT_USAGE = 2, EXIT_FILES = 3, EXIT_BUG = 70 };

typedef struct {
	Arena *arena;
	Diag *diag;
	Options options;
	Ast prelude, user;
	Vector *vector; /* for the self-test */
	int nvector;
	int64_t vector_steps;
	uint32_t user_from; /* offset of the user's first source */
	Graph *net, *step, *window, *train;
	Emit *emit; /* what the back end has been told so far */
	TensorTable weights;
	const char *weights_file; /* for messages: the last one */
	bool prefix_seen;         /* a file has tensors with --prefix */
	int status;
} Compile;

static bool
fail(Compile *c, int status)
{
	c->status = status;
	return false;
}

static void
on_abort(int sig)
{
	static const char text[] = "netc: this is a bug in netc; please report it with the input\n";
	(void)sig;
	if (write(2, text, sizeof text - 1) < 0)
		_exit(EXIT_BUG);
	_exit(EXIT_BUG);
}

/* No bug: the net is too large for this machine. */
static void
on_memory_end(void)
{
	exit(EXIT_INPUT);
}

static bool
write_stdout(Compile *c, const char *text, size_t n)
{
	if (fwrite(text, 1, n, stdout) == n && fflush(stdout) == 0)
		return true;
	diag_file_error(c->diag, NULL, "standard output cannot be written: %s", strerror(errno));
	return fail(c, EXIT_FILES);
}

static bool
write_file(Compile *c, const char *path, const char *text, size_t n)
{
	if (strcmp(path, "-") == 0)
		return write_stdout(c, text, n);
	if (file_write(path, text, n))
		return true;
	diag_file_error(c->diag, path, "cannot be written: %s", strerror(errno));
	return fail(c, EXIT_FILES);
}

static bool
read_source(Compile *c)
{
	const char *input = c->options.input;
	parse_text(c->arena, c->diag, "prelude.net", prelude_text, prelude_size, &c->prelude);
	c->user_from = diag_next_source(c->diag);
	bool ok;
	if (strcmp(input, "-") == 0) {
		Text t = {0};
		char block[4096];
		size_t n;
		while ((n = fread(block, 1, sizeof block, stdin)) > 0 && t.n <= SOURCE_BYTES_MAX)
			text_put(&t, block, n);
		parse_text(c->arena, c->diag, "<stdin>", arena_strndup(c->arena, t.v ? t.v : "", t.n), t.n, &c->user);
		text_free(&t);
		ok = true;
	} else {
		ok = parse_file(c->arena, c->diag, input, &c->user);
	}
	if (!ok || c->user.unread)
		return fail(c, EXIT_FILES);
	return diag_errors(c->diag) ? fail(c, EXIT_INPUT) : true;
}

/* Tries the answers to what names do not tell; the shapes must leave one way to take the arguments of a cell. Where
 * they allow both orders of the results, or none, the usual one is taken. */
static Lowered
ask_shapes(Compile *c, Lowered usual, LowerOptions lo)
{
	Lowered fits[4] = {usual};
	unsigned good = 0, argument = 0;
	for (unsigned guess = 0; guess < 4; guess++) {
		if (guess & ~usual.unsure)
			continue;
		lo.guess = guess;
		diag_mute(c->diag, true);
		Lowered l = lower(c->arena, c->diag, &c->prelude, &c->user, &lo);
		PassRun run = {0};
		Graph *probe = diag_errors(c->diag) ? NULL : graph_copy(l.graph);
		bool ok = probe && (pass_run(probe, "S", &run) || probe->unknown);
		diag_mute(c->diag, false);
		if (!ok)
			continue;
		fits[guess] = l;
		good |= 1u << guess;
		argument |= guess & UNSURE_ARGUMENT ? 2 : 1;
	}
	if (usual.unsure & UNSURE_ARGUMENT && argument != 1 && argument != 2)
		diag_error(c->diag, usual.unsure_at,
			   "cannot tell which argument of this cell is the state; call the state 'h' or the input 'x'");
	for (unsigned guess = 0; guess < 4; guess++)
		if (good & 1u << guess)
			return fits[guess];
	return usual;
}

static bool
lower_source(Compile *c)
{
	const Options *o = &c->options;
	LowerOptions lo = {.model = o->model,
			   .dim = o->dim.v,
			   .ndim = o->dim.n,
			   .batch = o->batch,
			   .user_from = c->user_from,
			   .file = o->input};
	Lowered lowered = lower(c->arena, c->diag, &c->prelude, &c->user, &lo);
	if (lowered.unsure && !diag_errors(c->diag))
		lowered = ask_shapes(c, lowered, lo);
	c->net = lowered.graph;
	c->net->small = o->target == TARGET_MCU;
	c->net->window = o->unroll > 0 ? o->unroll : o->unroll < 0 && lowered.window ? lowered.window : 1;
	return diag_errors(c->diag) ? fail(c, EXIT_INPUT) : true;
}

/* What the net wants, with the shapes that it says without a weight file; NULL after an error. */
static WantedTensor *
wanted_tensors(Compile *c, int *n)
{
	Graph *probe = graph_copy(c->net);
	PassRun run = {0};
	if (!pass_run(probe, "S", &run) && diag_errors(c->diag))
		return NULL;
	*n = probe->param.n + probe->state.n;
	WantedTensor *wanted = arena_alloc(c->arena, ((size_t)*n + 1) * sizeof *wanted);
	for (int i = 0; i < *n; i++) {
		const ParamInfo *p = i < probe->param.n ? &probe->param.v[i] : &probe->state.v[i - probe->param.n].init;
		bool optional = p->optional || c->options.seeded;
		wanted[i] = (WantedTensor){p->name,       graph_layer_label(probe, p->name), p->reversed, optional,
					   p->shape.rank, {p->shape.dim[0], p->shape.dim[1]}};
	}
	return wanted;
}

/* The first line is always said, the layers with -v. */
static void
say_layout(const Compile *c, const Text *report)
{
	for (const char *line = report->n ? report->v : ""; *line;) {
		size_t n = strcspn(line, "\n");
		if (c->options.verbose || *line != ' ')
			fprintf(stderr, "%s%.*s\n", *line != ' ' ? "netc: " : "", (int)n, line);
		line += n + (line[n] == '\n');
	}
}

static bool
has_prefix(const TensorTable *t, const char *prefix)
{
	for (int i = 0; i < t->tensor.n; i++)
		if (strncmp(t->tensor.v[i].name, prefix, strlen(prefix)) == 0)
			return true;
	return false;
}

static bool
read_weights_file(Compile *c, const char *path, const LayoutOptions *lo, const WantedTensor *wanted, int n)
{
	TensorTable file = {.arena = c->arena};
	Text report = {0};
	bool io = false;
	c->weights_file = path;
	bool ok = weights_read(c->diag, path, &file, &io) || fail(c, io ? EXIT_FILES : EXIT_INPUT);
	if (ok)
		weights_narrowing(c->diag, path, &file);
	if (ok && c->options.verbose && file.tensor.n && strcmp(file.tensor.v[0].dtype, "F64") == 0)
		fprintf(stderr, "netc: %s: float64 numbers are rounded to float32\n", path);
	LayoutOptions own = *lo;
	if (ok && lo->prefix && c->options.weights.n > 1 && !has_prefix(&file, lo->prefix))
		own.prefix = NULL; /* the prefix is another file's */
	else
		c->prefix_seen = true;
	ok = ok && (layout_apply(c->arena, c->diag, path, &own, wanted, n, &file, &c->weights, &report) ||
		    fail(c, EXIT_INPUT));
	if (ok)
		say_layout(c, &report);
	text_free(&report);
	return ok;
}

static bool
read_weights(Compile *c)
{
	const Options *o = &c->options;
	LayoutOptions lo = {.layout = o->layout, .prefix = o->prefix};
	bool io = false;
	int n = 0;
	c->weights.arena = c->arena;
	if (o->map && !(lo.map = layout_map_read(c->arena, c->diag, o->map, &io)))
		return fail(c, io ? EXIT_FILES : EXIT_INPUT);
	const WantedTensor *wanted = o->weights.n ? wanted_tensors(c, &n) : NULL;
	if (o->weights.n && !wanted)
		return fail(c, EXIT_INPUT);
	for (int i = 0; i < o->weights.n; i++)
		read_weights_file(c, o->weights.v[i], &lo, wanted, n);
	if (lo.prefix && o->weights.n && !c->prefix_seen) {
		diag_file_error(c->diag, c->weights_file, "no tensor of these files has the prefix '%s'", lo.prefix);
		return fail(c, EXIT_INPUT);
	}
	if (lo.map && !layout_map_end(c->diag, lo.map))
		return fail(c, EXIT_INPUT);
	if (c->status)
		return false;
	bind_names(c->net, &c->weights);
	return true;
}

/* --emit=weights: what the files hold. */
static bool
list_weights(Compile *c)
{
	Text t = {0};
	for (int i = 0; i < c->options.weights.n; i++) {
		TensorTable file = {.arena = c->arena};
		bool io = false;
		if (!weights_read(c->diag, c->options.weights.v[i], &file, &io))
			fail(c, io ? EXIT_FILES : EXIT_INPUT);
		else if (c->options.weights.n > 1)
			text_add(&t, "%s%s\n", i ? "\n" : "", c->options.weights.v[i]), weights_list(&file, &t);
		else
			weights_list(&file, &t);
	}
	bool ok = write_file(c, c->options.output ? c->options.output : "-", t.v ? t.v : "", t.n);
	text_free(&t);
	return ok;
}

static bool
wants_weights(const Options *o)
{
	const Backend *b = back_named(o->emit);
	if (o->eval || o->check || o->check_grad)
		return true;
	return b && b->needs_weights && o->weights_as == WEIGHTS_CONST;
}

/* The passes before unrolling, and the weights in between. */
static bool
solve(Compile *c, PassRun *run)
{
	const Options *o = &c->options;
	BindOptions bo = {.seeded = o->seeded,
			  .seed = o->seed,
			  .need_values = wants_weights(o),
			  .file = c->weights_file,
			  .source = o->input};
	bool ok = pass_run(c->net, "S", run);
	if (ok)
		bind_values(c->net, &c->weights, &bo);
	else if (c->net->unknown || !diag_errors(c->diag))
		bind_explain(c->net, &c->weights, &bo);
	if (!ok && !diag_errors(c->diag))
		diag_file_error(
			c->diag, o->input,
			"sizes are not known in '%s': %s; give them in the constructor, as in 'LSTM(10 => 15)', by "
			"--dim in=10 --dim out=15, or by --weights",
			c->net->model, c->net->unknown);
	if (diag_errors(c->diag))
		return fail(c, EXIT_INPUT);
	if (!run->stopped && !pass_run(c->net, pass_front + 1, run))
		return fail(c, EXIT_INPUT);
	c->net->loss = o->loss;
	return !o->loss.kind || train_prepare(c->net, o->freeze.v, o->freeze.n) || fail(c, EXIT_INPUT);
}

/* The window once more, with loss and gradients; then what other windows go through, but what would want all steps at
 * once or weights that do not change. */
static bool
unroll_training(Compile *c, PassRun *run)
{
	PassRun again = *run;
	again.facts = FACT_SHAPED;
	again.stopped = false;
	c->train = graph_copy(c->net);
	return pass_run(c->train, "UGFCDMCDEP", &again) || fail(c, EXIT_INPUT);
}

static bool
unroll(Compile *c, const PassRun *solved)
{
	const char *letters = pass_back;
	bool ahead = graph_looks_ahead(c->net);
	if (ahead && c->options.unroll == 0) {
		diag_file_error(c->diag, c->options.input,
				"this net looks ahead (y{+k}, flip), so it has no single step; give --unroll N");
		return fail(c, EXIT_INPUT);
	}
	PassRun quiet = *solved, loud = *solved;
	bool window = c->options.unroll != 0;
	if (!ahead) {
		c->step = graph_copy(c->net);
		c->step->window = 1;
		quiet.dump = window ? NULL : solved->dump;
		quiet.stop = window ? NULL : solved->stop;
		quiet.watch = window ? NULL : solved->watch;
		if (!pass_run(c->step, letters, &quiet))
			return fail(c, EXIT_INPUT);
	}
	if (window) {
		c->window = graph_copy(c->net);
		if (!pass_run(c->window, letters, &loud))
			return fail(c, EXIT_INPUT);
	}
	return c->options.loss.kind ? unroll_training(c, &loud) : true;
}

static const char *
output_path(Compile *c)
{
	const Options *o = &c->options;
	if (o->output)
		return o->output;
	if (strcmp(o->emit, "c") != 0)
		return "-";
	return arena_printf(c->arena, "%s.c", c_identifier(c->arena, c->net->model));
}

static const char *
stem_of(Arena *a, const char *path)
{
	const char *base = path_base(path), *dot = strrchr(base, '.');
	return arena_strndup(a, base, dot && dot > base ? (size_t)(dot - base) : strlen(base));
}

static bool
write_pair(Compile *c, const char *header, const char *path, const Emit *e)
{
	FileOut f[2] = {{.path = path, .data = e->text.v, .n = e->text.n},
			{.path = header, .data = e->header.v, .n = e->header.n}};
	int failed;
	if (files_write(f, 2, &failed))
		return true;
	diag_file_error(c->diag, f[failed].path, "cannot be written: %s", strerror(errno));
	return fail(c, EXIT_FILES);
}

/* The header takes the code's name: lstm.c → lstm.h. */
static const char *
header_path(Arena *a, const char *path)
{
	const char *dot = strrchr(path_base(path), '.');
	return arena_printf(a, "%.*s.h", dot && dot > path_base(path) ? (int)(dot - path) : (int)strlen(path), path);
}

static void
put_make_name(Text *t, const char *path)
{
	for (; *path; path++) {
		if (*path == ' ' || *path == '#')
			text_add(t, "\\");
		if (*path == '$')
			text_add(t, "$");
		text_put(t, path, 1);
	}
}

/* Every file that is read. */
static int
input_files(const Compile *c, const char **out)
{
	const Options *o = &c->options;
	const char *one[] = {o->read_ir, o->eval, o->check, o->map};
	int n = 0;
	for (int i = 0; i < c->user.nfile; i++)
		out[n++] = c->user.file[i];
	for (int i = 0; i < o->weights.n; i++)
		out[n++] = o->weights.v[i];
	for (int i = 0; i < COUNT(one); i++)
		if (one[i])
			out[n++] = one[i];
	return n;
}

static const char *
deps_path(Compile *c, const char *path)
{
	const Options *o = &c->options;
	const char *header = header_path(c->arena, path);
	if (o->deps_file || !o->write_deps)
		return o->deps_file ? o->deps_file : "-";
	return arena_printf(c->arena, "%.*s.d", (int)(strlen(header) - 2), header);
}

static bool
write_deps(Compile *c, const char *path)
{
	const Options *o = &c->options;
	const char **in = arena_alloc(c->arena, (size_t)(c->user.nfile + o->weights.n + 8) * sizeof *in);
	int n = input_files(c, in);
	Text t = {0}, phony = {0};
	put_make_name(&t, path);
	if (strcmp(o->emit, "c") == 0 && strcmp(path, "-") != 0) {
		text_add(&t, " ");
		put_make_name(&t, header_path(c->arena, path));
	}
	text_add(&t, ":");
	for (int i = 0; i < n; i++) {
		text_add(&t, " ");
		put_make_name(&t, in[i]);
		if (i) { /* a prerequisite that was removed must not stop make */
			text_add(&phony, "\n");
			put_make_name(&phony, in[i]);
			text_add(&phony, ":\n");
		}
	}
	text_add(&t, "\n%s", phony.v ? phony.v : "");
	bool ok = write_file(c, deps_path(c, path), t.v, t.n);
	text_free(&t);
	text_free(&phony);
	return ok;
}

/* Every file that is written; paths that are not known before the model has a name are left out. */
static int
output_files(Compile *c, const char **out)
{
	const Options *o = &c->options;
	int n = 0;
	if (o->output && strcmp(o->output, "-") != 0 && !path_is_stream(o->output)) {
		out[n++] = o->output;
		if (!o->eval && strcmp(o->emit, "c") == 0)
			out[n++] = header_path(c->arena, o->output);
		if (o->write_deps)
			out[n++] = deps_path(c, o->output);
	}
	if (o->deps_file && strcmp(o->deps_file, "-") != 0 && !o->write_deps)
		out[n++] = o->deps_file;
	return n;
}

/* No output may be an input, or another output. */
static bool
check_outputs(Compile *c)
{
	const char **in = arena_alloc(c->arena, (size_t)(c->user.nfile + c->options.weights.n + 8) * sizeof *in);
	const char *out[4];
	int nin = input_files(c, in), nout = output_files(c, out);
	for (int i = 0; i < nout; i++) {
		for (int k = 0; k < nin; k++)
			if (path_same(out[i], in[k])) {
				fprintf(stderr, "netc: the output '%s' is the input file '%s'\n", out[i], in[k]);
				return fail(c, EXIT_USAGE);
			}
		for (int k = 0; k < i; k++)
			if (strcmp(out[i], out[k]) == 0 || path_same(out[i], out[k])) {
				fprintf(stderr, "netc: '%s' would be written twice; wanted a name such as FILE.c\n",
					out[i]);
				return fail(c, EXIT_USAGE);
			}
	}
	return true;
}

static void
say_plan(const Compile *c)
{
	const Graph *g = c->window ? c->window : c->step;
	fprintf(stderr, "netc: %s: inputs: %d, outputs: %d, parameters: %d, states: %d\n", g->model, g->input.n,
		g->output.n, g->param.n, g->state.n);
	fprintf(stderr, "netc: steps: %d, nodes: %d; work buffer %" PRId64 " bytes, lower bound %" PRId64 " bytes\n",
		g->steps, g->node.n, g->scratch * 4, g->scratch_bound * 4);
	if (c->train)
		fprintf(stderr, "netc: training: nodes: %d; tape %" PRId64 " bytes, lower bound %" PRId64 " bytes\n",
			c->train->node.n, c->train->scratch * 4, c->train->scratch_bound * 4);
	fprintf(stderr, "netc: %zu KiB in the arena\n", arena_bytes(c->arena) / 1024);
}

static bool
emit(Compile *c, const Backend *b)
{
	const Options *o = &c->options;
	const char *path = output_path(c);
	bool one_stream = strcmp(path, "-") == 0 || path_is_stream(path);
	const char *stem = one_stream ? NULL : stem_of(c->arena, path);
	Emit *e = c->emit;
	e->net = c->net;
	e->step = c->step;
	e->window = c->window;
	e->train = b->trains ? c->train : NULL;
	e->decay_matrices = o->decay_matrices;
	e->file_stem = stem;
	e->prefix = c_identifier(c->arena, o->name ? o->name : stem ? stem : c->net->model);
	e->hash = c->user.hash;
	e->weights_as = o->weights_as;
	e->scratch_in = o->scratch_in;
	e->libm = o->libm;
	e->target = o->target;
	e->section = o->section;
	e->has_values = o->weights.n > 0 || o->seeded;
	e->one_stream = one_stream;
	e->vector = c->vector;
	e->nvector = c->nvector;
	e->vector_steps = c->vector_steps;
	e->tolerance = o->tolerance;
	if (b->binary && strcmp(path, "-") == 0 && isatty(STDOUT_FILENO)) {
		fprintf(stderr, "netc: --emit=%s is not for a terminal; wanted -o FILE%s\n", b->name, b->suffix);
		return fail(c, EXIT_USAGE);
	}
	back_run(b, e);
	bool ok = !diag_errors(c->diag) || fail(c, EXIT_INPUT);
	if (ok && (e->one_stream || !e->header.n)) {
		text_put(&e->header, e->text.v ? e->text.v : "", e->text.n);
		ok = write_file(c, path, e->header.v, e->header.n);
	} else if (ok) {
		ok = write_pair(c, header_path(c->arena, path), path, e);
	}
	text_free(&e->header);
	text_free(&e->text);
	return ok && (!o->write_deps || write_deps(c, path));
}

static bool
read_vectors(Compile *c, const char *file, TensorTable *in)
{
	bool io = false;
	return weights_read(c->diag, file, in, &io) || fail(c, io ? EXIT_FILES : EXIT_INPUT);
}

/* Outputs, or with --grad loss and gradients. */
static bool
run_file(const Compile *c, const char *file, const TensorTable *in, TensorTable *out)
{
	bool training = c->options.loss.kind != LOSS_NONE;
	return (training ? evaltrain_run : evalfile_run)(c->net, file, in, out);
}

/* --eval X.npz -o Y.npz */
static bool
evaluate(Compile *c)
{
	const Options *o = &c->options;
	TensorTable in = {.arena = c->arena}, out = {.arena = c->arena};
	if (!read_vectors(c, o->eval, &in))
		return false;
	if (!run_file(c, o->eval, &in, &out))
		return fail(c, EXIT_INPUT);
	if (npz_write(&out, o->output))
		return true;
	diag_file_error(c->diag, o->output, "cannot be written: %s", strerror(errno));
	return fail(c, EXIT_FILES);
}

/* --check V.npz; the report goes to `report`. */
static bool
check(Compile *c, TensorTable *stored, FILE *report)
{
	const Options *o = &c->options;
	TensorTable computed = {.arena = c->arena};
	if (!read_vectors(c, o->check, stored))
		return false;
	bool training = o->loss.kind != LOSS_NONE;
	if (!run_file(c, o->check, stored, &computed) ||
	    !(training ? evaltrain_compare : evalfile_compare)(c->net, o->check, stored, &computed, o->tolerance,
							       report))
		return fail(c, EXIT_INPUT);
	return true;
}

/* The arrays of the check file that the self-test embeds. */
static void
collect_vectors(Compile *c, const TensorTable *stored)
{
	const Graph *g = c->net;
	const Tensor *x = tensor_find(stored, g->input.n ? g->input.v[0].name : g->output.v[0].name);
	c->vector_steps = x ? x->dim[0] : 0;
	c->vector = arena_alloc(c->arena, ((size_t)stored->tensor.n + 1) * sizeof *c->vector);
	for (int i = 0; i < stored->tensor.n; i++) {
		const Tensor *t = &stored->tensor.v[i];
		c->vector[c->nvector++] = (Vector){t->name, t->count, t->value, !evalfile_is_port(g, t->name)};
	}
}

static bool
emit_ast(Compile *c)
{
	Text t = {0};
	ast_print(&c->user, &t);
	bool ok = write_file(c, c->options.output ? c->options.output : "-", t.v ? t.v : "", t.n);
	text_free(&t);
	return ok;
}

static void
start_emit(Compile *c)
{
	const Options *o = &c->options;
	Emit *e = c->emit = arena_alloc(c->arena, sizeof *e);
	e->arena = c->arena;
	e->diag = c->diag;
	const char *source = o->input ? o->input : o->read_ir;
	e->source = source ? path_base(source) : NULL; /* --emit=weights has none */
}

static void
watch_pass(void *watcher, const Graph *g, const Pass *p)
{
	Compile *c = watcher;
	back_named(c->options.emit)->pass(c->emit, g, p->name, p->what);
}

/* A pass on a graph in text form: for tests. */
static bool
run_ir(Compile *c)
{
	char *text;
	size_t n;
	if (!file_read(c->options.read_ir, SOURCE_BYTES_MAX, &text, &n)) {
		diag_file_error(c->diag, c->options.read_ir, "cannot be read: %s", strerror(errno));
		return fail(c, EXIT_FILES);
	}
	c->net = graph_new(c->arena, c->diag);
	bool ok = graph_read(c->net, c->options.read_ir, text);
	free(text);
	if (!ok)
		return fail(c, EXIT_INPUT);
	PassRun run = {.dump = c->options.dump, .stop = c->options.stop, .out = stderr, .facts = FACT_SHAPED};
	for (int i = 0; i < c->net->node.n; i++)
		if (!shape_known(c->net->node.v[i]->shape))
			run.facts = 0;
	run.facts |= c->net->steps ? FACT_UNROLLED : 0u;
	if (c->options.passes && !pass_possible(c->options.passes, run.facts)) {
		diag_file_error(c->diag, c->options.read_ir, "the passes '%s' want shapes or an unrolled graph first",
				c->options.passes);
		return fail(c, EXIT_INPUT);
	}
	if (c->options.passes && !pass_run(c->net, c->options.passes, &run)) {
		if (c->net->unknown)
			diag_file_error(c->diag, c->options.read_ir, "sizes are not known: %s", c->net->unknown);
		return fail(c, EXIT_INPUT);
	}
	const Backend *b = back_named(c->options.emit);
	return emit(c, b && !b->needs_plan ? b : &back_ir);
}

static uint32_t
pass_bit(const char *name)
{
	return 1u << (pass_by_name(name) - pass_table);
}

/* The passes to leave out: what the user said, and what follows from other options. */
static uint32_t
passes_without(const Options *o)
{
	uint32_t without = o->without;
	if (o->weights_as != WEIGHTS_CONST) /* a caller's weights cannot be packed */
		without |= pass_bit("pack");
	if (o->target == TARGET_MCU || without & pass_bit("fuse")) /* hoisting costs RAM, and wants groups */
		without |= pass_bit("hoist");
	const Backend *b = back_named(o->emit);
	for (const char *l = b && b->without && !o->stop ? b->without : ""; *l; l++)
		without |= 1u << (pass_by_letter(*l) - pass_table);
	return without;
}

/* The way of the data: text → AST → graph → shapes, weights → passes → one step and the window → a back end. */
static bool
compile(Compile *c)
{
	const Options *o = &c->options;
	start_emit(c);
	if (o->read_ir)
		return check_outputs(c) && run_ir(c);
	if (strcmp(o->emit, "weights") == 0)
		return check_outputs(c) && list_weights(c);
	if (!read_source(c) || !check_outputs(c))
		return false;
	if (strcmp(o->emit, "ast") == 0)
		return emit_ast(c);
	if (!lower_source(c))
		return false;
	if (o->print_deps)
		return write_deps(c, output_path(c));
	const Backend *back = back_named(o->emit);
	PassRun run = {.dump = o->dump, .stop = o->stop, .out = stderr, .watcher = c, .without = passes_without(o)};
	run.watch = back->pass && !o->eval && !o->check ? watch_pass : NULL;
	if (!read_weights(c) || !solve(c, &run))
		return false;
	if (o->eval)
		return evaluate(c);
	if (o->check_grad)
		return gradcheck_run(c->net, o->seed, stdout) || fail(c, EXIT_INPUT);
	TensorTable stored = {.arena = c->arena};
	if (o->check && !check(c, &stored, back->needs_vectors ? stderr : stdout))
		return false;
	if (o->check && !back->needs_vectors)
		return true;
	collect_vectors(c, &stored);
	if (!run.stopped)
		unroll(c, &run);
	if (o->stop && back->needs_plan) /* nothing more to show than the dumps */
		return c->status == 0;
	if (c->status)
		return false;
	if (o->verbose && !run.stopped)
		say_plan(c);
	return emit(c, back);
}

int
main(int argc, char **argv)
{
	signal(SIGABRT, on_abort);
	memory_end_by(on_memory_end);
	Compile c = {.arena = arena_new()};
	c.diag = diag_new(c.arena, stderr);
	switch (options_read(c.arena, c.diag, argc, argv, &c.options)) {
	case OPTIONS_DONE: break;
	case OPTIONS_WRONG: c.status = EXIT_USAGE; break;
	case OPTIONS_RUN: compile(&c); break;
	}
	if (fflush(stdout) != 0 && !c.status)
		write_stdout(&c, "", 0);
	diag_flush(c.diag);
	if (!c.status && diag_errors(c.diag))
		c.status = EXIT_INPUT;
	arena_free(c.arena);
	return c.status;
}
