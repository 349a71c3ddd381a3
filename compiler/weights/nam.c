/* nam.c: reads the LSTM models of Neural Amp Modeler, .nam files.
 *
 * JSON with the architecture, its sizes and one flat list of weights. For each layer the list has the matrix (4H, in +
 * H) that is applied to the input and the state together, rows i f g o; the bias (4H), already summed; the initial h
 * and c. Then the head, (out, H) and (out). Here the matrix is split as PyTorch has it, so that layout.def can name it.
 */
#include "bytes.h"
#include <jansson.h>
#include <string.h>

enum { JSON_BYTES_MAX = 16 << 20, LAYERS_MAX = 64, UNITS_MAX = 4096 };

typedef struct {
	Reader r;
	const json_t *weights;
	size_t at; /* the next of them */
	bool wrong;
} NamFile;

static double
weight_at(NamFile *f, size_t i)
{
	const json_t *v = json_array_get(f->weights, i);
	if (!json_is_number(v) && !f->wrong) {
		reader_fail(&f->r, "weight %zu is not a number", i + 1);
		f->wrong = true;
	}
	return json_number_value(v);
}

static Tensor *
nam_tensor(NamFile *f, const char *name, int rank, int64_t rows, int64_t columns)
{
	Tensor *t = tensor_add(&f->r.table, name, rank, (int64_t[]){rows, columns});
	t->file = f->r.file;
	return t;
}

/* Columns [first, first + n) of a matrix whose rows are width long. */
static void
columns_read(NamFile *f, const char *name, int64_t rows, int64_t width, int64_t first, int64_t n)
{
	Tensor *t = nam_tensor(f, name, 2, rows, n);
	for (int64_t i = 0; i < rows; i++)
		for (int64_t k = 0; k < n; k++)
			t->value[i * n + k] = weight_at(f, f->at + (size_t)(i * width + first + k));
}

static void
vector_read(NamFile *f, const char *name, int64_t n)
{
	Tensor *t = nam_tensor(f, name, 1, n, 0);
	for (int64_t i = 0; i < n; i++)
		t->value[i] = weight_at(f, f->at++);
}

static void
layer_read(NamFile *f, int layer, int64_t in, int64_t h)
{
	Arena *a = f->r.arena;
	columns_read(f, arena_printf(a, "lstm.weight_ih_l%d", layer), 4 * h, in + h, 0, in);
	columns_read(f, arena_printf(a, "lstm.weight_hh_l%d", layer), 4 * h, in + h, in, h);
	f->at += (size_t)(4 * h * (in + h));
	vector_read(f, arena_printf(a, "lstm.bias_l%d", layer), 4 * h);
	vector_read(f, arena_printf(a, "lstm.h_l%d", layer), h);
	vector_read(f, arena_printf(a, "lstm.c_l%d", layer), h);
}

/* A size of the model; 0 after a message. */
static int64_t
config_size(NamFile *f, const json_t *config, const char *key, int64_t most, int64_t otherwise)
{
	const json_t *v = json_object_get(config, key);
	if (!v && otherwise)
		return otherwise;
	if (!json_is_integer(v)) {
		reader_fail(&f->r, "the config of the model has no whole number '%s'", key);
		return 0;
	}
	int64_t n = json_integer_value(v);
	if (n >= 1 && n <= most)
		return n;
	reader_fail(&f->r, "'%s' is %lld; wanted 1 to %lld", key, (long long)n, (long long)most);
	return 0;
}

static void
lstm_read(NamFile *f, const json_t *config)
{
	int64_t in = config_size(f, config, "input_size", UNITS_MAX, 0);
	int64_t h = config_size(f, config, "hidden_size", UNITS_MAX, 0);
	int64_t layers = config_size(f, config, "num_layers", LAYERS_MAX, 0);
	int64_t out = config_size(f, config, "out_channels", UNITS_MAX, 1);
	if (!in || !h || !layers || !out)
		return;
	int64_t wanted = out * (h + 1), found = (int64_t)json_array_size(f->weights);
	for (int64_t i = 0; i < layers; i++)
		wanted += 4 * h * ((i ? h : in) + h) + 6 * h;
	if (found != wanted) {
		reader_fail(&f->r,
			    "has %lld weights; an LSTM of %lld layer%s, %lld => %lld, with %lld output%s has %lld",
			    (long long)found, (long long)layers, layers == 1 ? "" : "s", (long long)in, (long long)h,
			    (long long)out, out == 1 ? "" : "s", (long long)wanted);
		return;
	}
	for (int64_t i = 0; i < layers; i++)
		layer_read(f, (int)i, i ? h : in, h);
	columns_read(f, "head.weight", out, h, 0, h);
	f->at += (size_t)(out * h);
	vector_read(f, "head.bias", out);
}

static void
model_read(NamFile *f, const json_t *root)
{
	const json_t *architecture = json_object_get(root, "architecture"), *config = json_object_get(root, "config");
	const char *name = json_string_value(architecture);
	f->weights = json_object_get(root, "weights");
	if (!name || !json_is_object(config)) {
		reader_fail(&f->r, "is JSON without an 'architecture' and a 'config', so it is no .nam file");
		return;
	}
	if (strcmp(name, "LSTM") != 0) {
		reader_fail(&f->r, "is a .nam file of the architecture '%s'; wanted 'LSTM'",
			    name_show(f->r.arena, name, strlen(name)));
		return;
	}
	if (json_is_array(f->weights))
		lstm_read(f, config);
	else
		reader_fail(&f->r, "is a .nam file without a list 'weights'");
}

bool
nam_parse(Diag *diag, const char *file, const unsigned char *data, size_t n, TensorTable *out)
{
	NamFile f = {.r = reader_begin(diag, file, out)};
	json_error_t at;
	if (n > JSON_BYTES_MAX)
		return reader_fail(&f.r, "is %zu bytes of JSON; a .nam file of at most %d is read", n, JSON_BYTES_MAX);
	json_t *root = json_loadb((const char *)data, n, JSON_REJECT_DUPLICATES, &at);
	if (!root)
		return reader_fail(&f.r, "begins as a .nam file does, but is not good JSON: %s (line %d, column %d)",
				   name_show(f.r.arena, at.text, strlen(at.text)), at.line, at.column);
	model_read(&f, root);
	json_decref(root);
	return reader_end(&f.r);
}
