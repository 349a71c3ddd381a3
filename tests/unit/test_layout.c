/* test_layout.c: weights of other frameworks under netc's names: what goes where, and every way in which it cannot.
 *
 * A file is a list of names and shapes; element k of tensor n (from 1) holds n + k / 100, so a value says where it came
 * from. What the frameworks compute with such weights is tested in tests/layout. */
#include "weights/layout.h"
#include "case.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

Suite *suite_layout(void);

/* A file (c.table), a model, and what became of the two. */
typedef struct {
	Case c;
	TensorTable got;
	TABLE(WantedTensor) wanted;
	Text report;
} Fit;

static void
fit_begin(Fit *f)
{
	memset(f, 0, sizeof *f);
	case_begin(&f->c);
	f->got.arena = f->c.arena;
}

static void
fit_end(Fit *f)
{
	text_free(&f->report);
	case_end(&f->c);
}

/* A line "name 4x3 other 12": tensors of the file. A shape of "-" is a scalar. */
static void
file_has(Fit *f, const char *list)
{
	char name[200], shape[40];
	int used;
	for (; sscanf(list, "%199s %39s%n", name, shape, &used) == 2; list += used) {
		int64_t dim[TENSOR_RANK_MAX];
		int rank = 0;
		for (char *at = shape; *at && *at != '-'; at += *at == 'x')
			dim[rank++] = strtoll(at, &at, 10);
		Tensor *t = tensor_add(&f->c.table, name, rank, dim);
		t->dtype = "F32";
		for (int64_t k = 0; k < t->count; k++)
			t->value[k] = f->c.table.tensor.n + (double)k / 100;
	}
}

/* "name …" of one layer, under a path or at the top. '?' marks an optional one, name:4x3 a known size. */
static void
model_wants(Fit *f, const char *path, const char *layer, const char *list)
{
	char name[200];
	int used;
	for (; sscanf(list, "%199s%n", name, &used) == 1; list += used) {
		WantedTensor w = {.layer = layer, .rank = -1, .reversed = layer && !strcmp(layer, "flipped")};
		char *colon = strchr(name, ':');
		if (colon) {
			*colon = '\0';
			w.rank = 0;
			for (char *at = colon + 1; *at; at += *at == 'x')
				w.dim[w.rank++] = strtoll(at, &at, 10);
		}
		char *mark = strchr(name, '?');
		w.optional = mark != NULL;
		if (mark)
			*mark = '\0';
		w.name = arena_printf(f->c.arena, "%s%s%s", path, *path ? "." : "", name);
		*table_push(f->c.arena, &f->wanted) = w;
	}
}

static bool
apply(Fit *f, const char *layout, const char *prefix, LayoutMap *map)
{
	LayoutOptions o = {layout, prefix, map};
	return layout_apply(f->c.arena, f->c.diag, "f", &o, f->wanted.v, f->wanted.n, &f->c.table, &f->got, &f->report);
}

/* A value of a tensor of netc's; NaN if it has none. */
static double
value(const Fit *f, const char *name, int at)
{
	const Tensor *t = tensor_find(&f->got, name);
	return t && t->count > at ? t->value[at] : NAN;
}

static void
expect_fit(Fit *f, const char *layout)
{
	bool ok = apply(f, layout, NULL, NULL);
	ck_assert_str_eq(case_close(&f->c), "");
	ck_assert(ok);
}

#define near(a, b) ck_assert_double_eq_tol(a, b, 1e-12)

#define LSTM_FIELDS "Wxf Wyf bf Wxi Wyi bi Wxo Wyo bo Wxc Wyc bc y? state?"
#define GRU_FIELDS "Wxr Wyr br Wxu Wyu bu Wxh Wyh bh byh? y?"
#define GRUV3_FIELDS "Wxr Wyr br Wxu Wyu bu Wxh Wyh bh y?"
#define ONE_BY_ONE "  name them one by one with --map FILE, or leave out others with --prefix P\n"

/* A file and a model: where values end up, or the whole error. */
static const struct {
	const char *what, *file;
	struct {
		const char *path, *layer, *fields;
	} model[3];
	const char *layout, *error; /* or NULL */
	struct {
		const char *name;
		int at;
		double value;
	} got[8];
} fit_case[] = {
	{.what = "the inner bias of a GRU stays apart",
	 .file = "weight_ih 6x3 weight_hh 6x2 bias_ih 6 bias_hh 6",
	 .model = {{"", "GRUCell", GRU_FIELDS}},
	 .layout = "torch",
	 .got = {{"br", 0, 3.00 + 4.00}, {"bu", 0, 3.02 + 4.02}, {"bh", 0, 3.04}, {"byh", 0, 4.04}, {"Wyu", 0, 2.04}}},
	{.what = "the bias of a GRU of Keras has two rows",
	 .file = "gru/gru_cell/kernel:0 3x6 gru/gru_cell/recurrent_kernel:0 2x6 gru/gru_cell/bias:0 2x6",
	 .model = {{"", "GRU", GRU_FIELDS}},
	 .got = {{"Wxu", 0, 1.00},
		 {"Wxr", 0, 1.02},
		 {"Wxh", 3, 1.11}, /* row 1, column 5 */
		 {"bu", 0, 3.00 + 3.06},
		 {"bh", 0, 3.04},
		 {"byh", 0, 3.10}}},
	{.what = "two directions of ONNX",
	 .file = "l.W 2x4x3 l.R 2x4x1 l.B 2x8",
	 .model = {{"f", "LSTM", LSTM_FIELDS}, {"b", "flipped", LSTM_FIELDS}},
	 .got = {{"f.Wxi", 0, 1.00},
		 {"f.Wxo", 0, 1.03},
		 {"f.Wxc", 0, 1.09},
		 {"b.Wxi", 0, 1.12},
		 {"b.bi", 0, 3.08 + 3.12},
		 {"b.Wyf", 0, 2.06}}},
	{.what = "sizes decide",
	 .file = "a.weight 2x3 a.bias 2 b.weight 4x2 b.bias 4",
	 .model = {{"1", "Dense", "W:2x4 b:4"}, {"2", "Dense", "W b"}},
	 .got = {{"1.W", 0, 3}, {"2.W", 0, 1}}},
	{.what = "names decide",
	 .file = "model.dec.weight 2x2 model.dec.bias 2 model.enc.weight 2x2 model.enc.bias 2",
	 .model = {{"enc", "Dense", "W b"}, {"dec", "Dense", "W b"}},
	 .got = {{"enc.W", 0, 3}, {"dec.W", 0, 1}}},
	{.what = "plain numbers count from 0 or from 1",
	 .file = "fc.0.weight 2x2 fc.0.bias 2 fc.1.weight 2x2 fc.1.bias 2",
	 .model = {{"fc.1", "Dense", "W b"}, {"fc.2", "Dense", "W b"}},
	 .got = {{"fc.1.W", 0, 1}, {"fc.2.W", 0, 3}}},
	{.what = "three kinds of layer that have a weight and a bias",
	 .file = "0.weight 9x4 1.weight 4 1.bias 4 2.weight 2x4 2.bias 2",
	 .model = {{"1", "Embedding", "W"}, {"2", "LayerNorm", "scale bias"}, {"3", "Dense", "W b"}},
	 .layout = "torch",
	 .got = {{"1.W", 0, 1}, {"2.scale", 0, 2}, {"2.bias", 0, 3}, {"3.W", 1, 4.04}}},
	{.what = "the gates of Flax are one layer",
	 .file = "c/ii/kernel 1x1 c/if/kernel 1x1 c/ig/kernel 1x1 c/io/kernel 1x1 c/hi/kernel 1x1 c/hf/kernel 1x1 "
		 "c/hg/kernel 1x1 c/ho/kernel 1x1 c/hi/bias 1 c/hf/bias 1 c/hg/bias 1 c/ho/bias 1 d/kernel 1x2 "
		 "d/bias 2",
	 .model = {{"d", "Dense", "W b"}, {"1", "LSTM", LSTM_FIELDS}},
	 .got = {{"1.Wxc", 0, 3}, {"1.Wyf", 0, 6}, {"1.bo", 0, 12}, {"d.b", 0, 14}}},
	{.what = "two that fit alike are not guessed",
	 .file = "left.weight 2x2 left.bias 2 right.weight 2x2 right.bias 2",
	 .model = {{"1", "Dense", "W b"}, {"2", "Dense", "W b"}},
	 .error = "f: error: 2 layers or tensors have no place in the model (layout torch, the nearest)\n"
		  "  'left.weight' and 1 more, a layer Dense(2 => 2): could be '1', '2'\n"
		  "  'right.weight' and 1 more, a layer Dense(2 => 2): could be '1', '2'\n"
		  "  layers of the model still without weights: '1', '2'\n" ONE_BY_ONE},
	{.what = "the wrong size under the right name",
	 .file = "head.weight 2x3 head.bias 2 tail.weight 4x3 tail.bias 4",
	 .model = {{"head", "Dense", "W:3x4 b:4"}, {"tail", "Dense", "W:3x2 b:2"}},
	 .error = "f: error: 2 layers or tensors have no place in the model (layout torch, the nearest)\n"
		  "  'head.weight' and 1 more, a layer Dense(3 => 2): could be 'tail'\n"
		  "  'tail.weight' and 1 more, a layer Dense(3 => 4): could be 'head'\n"
		  "  layers of the model still without weights: 'head', 'tail'\n" ONE_BY_ONE},
	{.what = "tensors that are left over",
	 .file = "rnn.weight_ih_l0 8x3 rnn.weight_hh_l0 8x2 rnn.bias_ih_l0 8 rnn.bias_hh_l0 8 "
		 "rnn.weight_hr_l0 1x2 hed.W 2x2",
	 .model = {{"rnn", "LSTM", LSTM_FIELDS}, {"head", "Thing", "W U"}},
	 .layout = "torch",
	 .error = "f: error: 2 layers or tensors have no place in the model (layout torch)\n"
		  "  'rnn.weight_hr_l0' (1, 2), which no layer of this layout has\n"
		  "  'hed.W' (2, 2), did you mean 'head.W'?\n"
		  "  layers of the model still without weights: 'head'\n" ONE_BY_ONE},
	{.what = "half of the biases",
	 .file = "rnn.weight_ih_l0 8x3 rnn.weight_hh_l0 8x2 rnn.bias_ih_l0 8",
	 .model = {{"rnn", "LSTM", LSTM_FIELDS}},
	 .layout = "torch",
	 .error = "f: error: 3 layers or tensors have no place in the model (layout torch)\n"
		  "  'rnn.weight_ih_l0' (8, 3), which no layer of this layout has\n"
		  "  'rnn.weight_hh_l0' (8, 2), which no layer of this layout has\n"
		  "  'rnn.bias_ih_l0' (8), which no layer of this layout has\n"
		  "  layers of the model still without weights: 'rnn'\n" ONE_BY_ONE},
	{.what = "a reset after the product where one before it is wanted",
	 .file = "g.weight_ih_l0 6x3 g.weight_hh_l0 6x2 g.bias_ih_l0 6 g.bias_hh_l0 6",
	 .model = {{"g", "GRUv3", GRUV3_FIELDS}},
	 .error = "f: error: 1 layer or tensor has no place in the model (layout torch, the nearest)\n"
		  "  'g.weight_ih_l0' and 3 more, a layer GRU(3 => 2): no layer of this kind is wanted\n"
		  "  layers of the model still without weights: 'g'\n" ONE_BY_ONE},
	{.what = "a reset before the product where one after it is wanted",
	 .file = "g.W 1x6x3 g.R_before 1x6x2 g.B 1x12",
	 .model = {{"g", "GRU", GRU_FIELDS}},
	 .error = "f: error: 1 layer or tensor has no place in the model (layout onnx, the nearest)\n"
		  "  'g.W' and 2 more, a layer GRUv3(3 => 2): no layer of this kind is wanted\n"
		  "  layers of the model still without weights: 'g'\n" ONE_BY_ONE},
	{.what = "a reset before the product",
	 .file = "g.W 1x6x3 g.R_before 1x6x2 g.B 1x12",
	 .model = {{"g", "GRUv3", GRUV3_FIELDS}},
	 .got = {{"g.bh", 0, 3.04 + 3.10}}},
	{.what = "what runs backwards wants flip",
	 .file = "r.weight_ih_l0 1x1 r.weight_hh_l0 1x1 r.weight_ih_l0_reverse 1x1 r.weight_hh_l0_reverse 1x1",
	 .model = {{"1", "RNN", "Wxy Wyy"}, {"2", "RNN", "Wxy Wyy"}},
	 .error = "f: error: 2 layers or tensors have no place in the model (layout torch, the nearest)\n"
		  "  'r.weight_ih_l0' and 1 more, a layer RNN(1 => 1): could be '1', '2'\n"
		  "  'r.weight_ih_l0_reverse' and 1 more, a layer RNN(1 => 1): not '1': it runs backwards; not "
		  "'2': it runs backwards\n"
		  "  layers of the model still without weights: '1', '2'\n" ONE_BY_ONE},
	{.what = "a weight of an Embedding",
	 .file = "e.weight 3x3",
	 .model = {{"e", "Embedding(3 => 3)", "W"}},
	 .layout = "torch",
	 .got = {{"e.W", 1, 1.01}}},
	{.what = "a weight of a Dense layer",
	 .file = "e.weight 3x3",
	 .model = {{"e", "Dense(3 => 3)", "W"}},
	 .layout = "torch",
	 .got = {{"e.W", 1, 1.03}}},
	{.what = "a weight of which the size tells the layer",
	 .file = "e.weight 4x3",
	 .model = {{"e", "Mine", "W:4x3"}},
	 .layout = "torch",
	 .got = {{"e.W", 1, 1.01}}},
	{.what = "a weight of an Embedding or a Dense layer",
	 .file = "e.weight 3x3",
	 .model = {{"e", "Mine", "W"}},
	 .layout = "torch",
	 .error = "f: error: 1 layer or tensor has no place in the model (layout torch)\n"
		  "  'e.weight', a layer Dense(3 => 3): not 'e': more than one way to read it\n"
		  "  layers of the model still without weights: 'e'\n" ONE_BY_ONE},
	{.what = "PyTorch or Flux",
	 .file = "e.weight 3x3",
	 .model = {{"e", "Embedding(3 => 3)", "W"}},
	 .error = "f: error: the names fit PyTorch and Flux, which differ in what 'e.W' is; give --layout "
		  "torch or --layout flux\n"},
	{.what = "netc or Flux 0.11, whose W is (out, in)",
	 .file = "9.W 2x2 9.b 2",
	 .model = {{"1", "Dense", "W b"}},
	 .error = "f: error: the names fit netc and Flux, which differ in what '1.W' is; give --layout net "
		  "or --layout flux\n"},
	{.what = "W of Flux",
	 .file = "1.W 2x2 1.b 2",
	 .model = {{"1", "Dense", "W b"}},
	 .layout = "flux",
	 .got = {{"1.W", 1, 1.02}}},
	{.what = "W of netc",
	 .file = "1.W 2x2 1.b 2",
	 .model = {{"1", "Dense", "W b"}},
	 .layout = "net",
	 .got = {{"1.W", 1, 1.01}}},
	{.what = "a bias without a field",
	 .file = "d.weight 2x3 d.bias 2",
	 .model = {{"d", "Dense(3 => 2, bias = false)", "W"}},
	 .error = "f: error: 1 layer or tensor has no place in the model (layout torch, the nearest)\n"
		  "  'd.weight' and 1 more, a layer Dense(3 => 2): not 'd': no field 'b' for 'd.bias'\n"
		  "  layers of the model still without weights: 'd'\n" ONE_BY_ONE},
};

START_TEST(fits)
{
	Fit f;
	fit_begin(&f);
	file_has(&f, fit_case[_i].file);
	for (int k = 0; k < COUNT(fit_case->model) && fit_case[_i].model[k].path; k++)
		model_wants(&f, fit_case[_i].model[k].path, fit_case[_i].model[k].layer, fit_case[_i].model[k].fields);
	bool ok = apply(&f, fit_case[_i].layout, NULL, NULL);
	const char *wanted = fit_case[_i].error ? fit_case[_i].error : "", *said = case_close(&f.c);
	ck_assert_msg(strcmp(said, wanted) == 0, "%s: found\n%swanted\n%s", fit_case[_i].what, said, wanted);
	ck_assert(ok == !fit_case[_i].error);
	for (int k = 0; k < COUNT(fit_case->got) && fit_case[_i].got[k].name; k++) {
		const char *name = fit_case[_i].got[k].name;
		double found = value(&f, name, fit_case[_i].got[k].at);
		ck_assert_msg(fabs(found - fit_case[_i].got[k].value) < 1e-12, "%s: %s is %g", fit_case[_i].what, name,
			      found);
	}
	fit_end(&f);
}
END_TEST

START_TEST(own_names_pass)
{
	Fit f;
	fit_begin(&f);
	file_has(&f, "1.Wxy 2x3 1.Wyy 3x3 1.by 3 other 2");
	model_wants(&f, "1", "RNN(2, 3)", "Wxy Wyy by y?");
	expect_fit(&f, NULL);
	ck_assert_int_eq(f.got.tensor.n, 4); /* binding says that 'other' is one too many */
	near(value(&f, "1.Wyy", 0), 2);
	ck_assert_ptr_null(f.report.v);
	fit_end(&f);
}
END_TEST

START_TEST(torch_lstm_blocks)
{
	Fit f;
	fit_begin(&f);
	file_has(&f, "rnn.weight_ih_l0 8x3 rnn.weight_hh_l0 8x2 rnn.bias_ih_l0 8 rnn.bias_hh_l0 8");
	model_wants(&f, "rnn", NULL, LSTM_FIELDS);
	expect_fit(&f, NULL);
	const Tensor *t = tensor_find(&f.got, "rnn.Wxf");
	ck_assert_int_eq(t->rank, 2);
	ck_assert_int_eq(t->dim[0], 3);
	ck_assert_int_eq(t->dim[1], 2);
	ck_assert_str_eq(t->dtype, "F32");
	/* rows 2 and 3 of weight_ih are f: its element (1, 0) is row 2, column 1 */
	near(t->value[0], 1.06);
	near(t->value[2], 1.07);
	near(t->value[1], 1.09);
	near(value(&f, "rnn.Wxi", 0), 1.00);
	near(value(&f, "rnn.Wxc", 0), 1.12);
	near(value(&f, "rnn.Wxo", 0), 1.18);
	near(value(&f, "rnn.Wyc", 0), 2.08);
	near(value(&f, "rnn.bo", 0), 3.06 + 4.06);
	ck_assert_ptr_null(tensor_find(&f.got, "rnn.y"));
	ck_assert_str_eq(f.report.v,
			 "f: layout torch (recognised by the names): 4 tensors for 1 layer\n"
			 "  rnn = LSTM(3 => 2) from 'rnn.weight_ih_l0' and 3 more, blocks Wxi Wxf Wxc Wxo\n");
	fit_end(&f);
}
END_TEST

START_TEST(eleven_layers_in_order)
{
	Fit f;
	char name[40];
	fit_begin(&f);
	for (int i = 10; i >= 0; i--) { /* l10 sorts after l9, whatever the file's order */
		snprintf(name, sizeof name, "rnn.weight_ih_l%d 1x1", i);
		file_has(&f, name);
		snprintf(name, sizeof name, "rnn.weight_hh_l%d 1x1", i);
		file_has(&f, name);
	}
	for (int i = 1; i <= 11; i++) {
		snprintf(name, sizeof name, "%d", i);
		model_wants(&f, name, "RNN", "Wxy Wyy by y?");
	}
	expect_fit(&f, NULL);
	near(value(&f, "1.Wxy", 0), 21);
	near(value(&f, "2.Wxy", 0), 19);
	near(value(&f, "10.Wxy", 0), 3);
	near(value(&f, "11.Wxy", 0), 1);
	near(value(&f, "11.by", 0), 0);
	fit_end(&f);
}
END_TEST

START_TEST(bias_of_zeros_without_a_field)
{
	Fit f;
	fit_begin(&f);
	file_has(&f, "d.weight 2x3 d.bias 2");
	memset(f.c.table.tensor.v[1].value, 0, 2 * sizeof(double));
	model_wants(&f, "d", "Dense(3 => 2, bias = false)", "W");
	expect_fit(&f, NULL);
	ck_assert_int_eq(f.got.tensor.n, 1);
	fit_end(&f);
}
END_TEST

START_TEST(no_biases_in_the_file)
{
	Fit f;
	fit_begin(&f);
	file_has(&f, "weight_ih_l0 6x3 weight_hh_l0 6x2");
	model_wants(&f, "", "GRU", "Wxr Wyr br:1x2 Wxu Wyu bu Wxh Wyh bh byh");
	expect_fit(&f, NULL);
	const Tensor *t = tensor_find(&f.got, "br");
	ck_assert_int_eq(t->rank, 2);
	ck_assert_int_eq(t->dim[0], 1);
	ck_assert_int_eq(t->dim[1], 2);
	near(value(&f, "byh", 0), 0);
	ck_assert_ptr_nonnull(strstr(f.report.v, ", no biases, br = 0, bu = 0, bh = 0, byh = 0\n"));
	fit_end(&f);
}
END_TEST

START_TEST(initial_states)
{
	Fit f;
	fit_begin(&f);
	file_has(&f, "cell.Wi 8x3 cell.Wh 8x2 cell.b 8 cell.state0.1 2x1 cell.state0.2 2x1");
	model_wants(&f, "", "LSTM", LSTM_FIELDS);
	expect_fit(&f, NULL);
	near(value(&f, "y", 0), 4);
	near(value(&f, "state", 0), 5);
	ck_assert_int_eq(tensor_find(&f.got, "state")->rank, 1);
	fit_end(&f);
}
END_TEST

START_TEST(prefix)
{
	Fit f;
	fit_begin(&f);
	file_has(&f, "model.d.weight 2x3 model.d.bias 2 optimizer.d.weight 2x3");
	model_wants(&f, "d", "Dense", "W b");
	ck_assert(apply(&f, NULL, "model.", NULL));
	ck_assert_str_eq(case_close(&f.c), "");
	near(value(&f, "d.W", 0), 1);
	ck_assert_str_eq(f.report.v, "f: 2 of 3 tensors have the prefix 'model.'\n"
				     "f: layout torch (recognised by the names): 2 tensors for 1 layer\n"
				     "  d = Dense(3 => 2) from 'd.weight' and 1 more\n");
	fit_end(&f);
	fit_begin(&f);
	file_has(&f, "model.d.weight 2x3 model.d.bias 2");
	ck_assert(!apply(&f, NULL, "modle.", NULL));
	ck_assert_str_eq(case_close(&f.c), "f: error: no tensor has the prefix 'modle.'; did you mean 'model.'?\n");
	fit_end(&f);
}
END_TEST

static LayoutMap *
map_of(Fit *f, const char *text)
{
	return layout_map_parse(f->c.arena, f->c.diag, "m.map", text, strlen(text));
}

START_TEST(map_lines)
{
	Fit f;
	fit_begin(&f);
	file_has(&f, "k 4x3 \"a 1x2x2 v 4 d.weight 2x3 d.bias 2");
	f.c.table.tensor.v[1].name = "a b";
	model_wants(&f, "", "Own", "A B C");
	model_wants(&f, "d", "Dense", "W b");
	LayoutMap *map = map_of(&f, "# names of mine\n"
				    "A = k rows 3:4 transpose  # (3, 2)\n"
				    "\n"
				    "B = \"a b\" transpose\n"
				    "C=v rows 2:3 + v rows 3:4\r\n");
	ck_assert_ptr_nonnull(map);
	ck_assert(apply(&f, NULL, NULL, map));
	ck_assert(layout_map_end(f.c.diag, map));
	ck_assert_str_eq(case_close(&f.c), "");
	const Tensor *t = tensor_find(&f.got, "A");
	ck_assert_int_eq(t->dim[0], 3);
	ck_assert_int_eq(t->dim[1], 2);
	near(t->value[0], 1.06);
	near(t->value[1], 1.09);
	near(t->value[2], 1.07);
	near(value(&f, "B", 1), 2.02);
	near(value(&f, "C", 1), 3.02 + 3.03);
	near(value(&f, "d.W", 0), 4);
	ck_assert_int_eq(f.got.tensor.n, 5);
	fit_end(&f);
}
END_TEST

static void
expect_map_error(const char *text, const char *message)
{
	Fit f;
	fit_begin(&f);
	file_has(&f, "k 4x3 v 4");
	model_wants(&f, "", "Own", "A B");
	LayoutMap *map = map_of(&f, text);
	bool ok = map && apply(&f, "net", NULL, map) && layout_map_end(f.c.diag, map);
	ck_assert_str_eq(case_close(&f.c), message);
	ck_assert(!ok);
	fit_end(&f);
}

START_TEST(map_errors)
{
	expect_map_error("A k\n", "m.map:1:3: error: wanted '=' and the name of a tensor of the weight file\n"
				  "    1 | A k\n"
				  "      |   ^\n");
	expect_map_error("A = k rows 0:2\n",
			 "m.map:1:12: error: wanted rows as first:last, counted from 1, such as 'rows 1:8'\n"
			 "    1 | A = k rows 0:2\n"
			 "      |            ^~~\n");
	expect_map_error("A = k rows 2:5\n", "m.map:1:12: error: rows 2:5 of 'k', whose shape is (4, 3)\n"
					     "    1 | A = k rows 2:5\n"
					     "      |            ^~~\n");
	expect_map_error("A = v transpose\n",
			 "m.map:1:7: error: 'v' has the shape (4); only a matrix can be transposed\n"
			 "    1 | A = v transpose\n"
			 "      |       ^~~~~~~~~\n");
	expect_map_error("A = k + v\n", "m.map:1:9: error: 'v' has the shape (4); the terms before it have (4, 3)\n"
					"    1 | A = k + v\n"
					"      |         ^\n");
	expect_map_error("A = k\nA = v\n", "m.map:2:1: error: 'A' is given twice\n"
					   "    2 | A = v\n"
					   "      | ^\n"
					   "m.map:1:1: note: first here\n"
					   "    1 | A = k\n"
					   "      | ^\n");
	expect_map_error("A = kk\n", "m.map:1:5: error: no weight file has a tensor 'kk'\n"
				     "    1 | A = kk\n"
				     "      |     ^~\n");
	expect_map_error("AB = k\n", "m.map:1:1: error: the model has no parameter 'AB'\n"
				     "    1 | AB = k\n"
				     "      | ^~\n");
	expect_map_error("A = \"k\n", "m.map:1:5: error: wanted the name of a tensor of the weight file\n"
				      "    1 | A = \"k\n"
				      "      |     ^~\n");
	expect_map_error("A =", "m.map:1:4: error: wanted the name of a tensor of the weight file\n"
				"    1 | A =\n"
				"      |    ^\n");
	expect_map_error("A = k down\n",
			 "m.map:1:7: error: wanted 'transpose', 'rows first:last', '+' or the end of the line\n"
			 "    1 | A = k down\n"
			 "      |       ^~~~\n");
}
END_TEST

START_TEST(guesses)
{
	Fit f;
	int n;
	fit_begin(&f);
	file_has(&f, "lstm.Wxf 1x1");
	ck_assert_ptr_null(layout_guess(f.c.arena, &f.c.table, &n));
	ck_assert_int_eq(n, 0);
	file_has(&f, "d.weight 2x3 d.bias 2");
	ck_assert_str_eq(layout_guess(f.c.arena, &f.c.table, &n), "PyTorch or Flux or ONNX or Equinox or NAM");
	ck_assert_int_eq(n, 2);
	file_has(&f, "r.weight_ih_l0 8x3 r.weight_hh_l0 8x2 r.bias_ih_l0 8 r.bias_hh_l0 8");
	ck_assert_str_eq(layout_guess(f.c.arena, &f.c.table, &n), "PyTorch");
	ck_assert_int_eq(n, 6);
	ck_assert(layout_known("keras") && layout_known("net") && !layout_known("Keras") && !layout_known(""));
	ck_assert_str_eq(layout_names(f.c.arena), "net, torch, keras, flux, onnx, flax, equinox, nam");
	fit_end(&f);
}
END_TEST

START_TEST(listing)
{
	Fit f;
	Text out = {0};
	fit_begin(&f);
	file_has(&f, "d.weight 2x2 d.bias 2 d.σ 0 s -");
	f.c.table.tensor.v[0].value[1] = -0.5;
	f.c.table.tensor.v[0].value[2] = INFINITY;
	f.c.table.tensor.v[1].value[0] = NAN;
	f.c.table.tensor.v[1].value[1] = NAN;
	weights_list(&f.c.table, &out);
	ck_assert_str_eq(out.v,
			 "name      dtype  shape            min           max  non-finite\n"
			 "d.weight  F32    (2, 2)          -0.5          1.03           1\n"
			 "d.bias    F32    (2)                -             -           2\n"
			 "d.σ       F32    (0)                -             -           0\n"
			 "s         F32    ()                 4             4           0\n"
			 "# 4 tensors, 7 numbers, 3 not finite; the names of 2 look like PyTorch or Flux or ONNX "
			 "or Equinox or NAM\n");
	text_free(&out);
	fit_end(&f);
}
END_TEST

START_TEST(narrowing)
{
	Fit f;
	fit_begin(&f);
	file_has(&f, "a 4");
	f.c.table.tensor.v[0].dtype = "F64";
	const double fine[] = {0.1, -3, 0x1.fffffep127, NAN};
	memcpy(f.c.table.tensor.v[0].value, fine, sizeof fine);
	weights_narrowing(f.c.diag, "f", &f.c.table);
	ck_assert_int_eq((int)ftell(f.c.out), 0);
	f.c.table.tensor.v[0].value[0] = 0x1.8p-149; /* becomes 2 * 2^-149 */
	f.c.table.tensor.v[0].value[1] = 0x1.4p-146; /* is there */
	weights_narrowing(f.c.diag, "f", &f.c.table);
	ck_assert_str_eq(case_close(&f.c),
			 "f: warning: 1 of 4 numbers are too small for float32 and lose up to 33.3 % of their "
			 "value ('a', F64) [-Wnarrowing]\n");
	fit_end(&f);
}
END_TEST

Suite *
suite_layout(void)
{
	Suite *s = suite_create("layout");
	TCase *t = tcase_create("layout");
	const TTest *const test[] = {
		own_names_pass,
		torch_lstm_blocks,
		eleven_layers_in_order,
		bias_of_zeros_without_a_field,
		no_biases_in_the_file,
		initial_states,
		prefix,
		map_lines,
		map_errors,
		guesses,
		listing,
		narrowing,
	};
	for (int i = 0; i < COUNT(test); i++)
		tcase_add_test(t, test[i]);
	tcase_add_loop_test(t, fits, 0, COUNT(fit_case));
	suite_add_tcase(s, t);
	return s;
}
