/* test_layout.c: weights of other frameworks under netc's names: what goes where, and every way in which it cannot.
 *
 * A file is a list of names and shapes; element k of tensor n (from 1) holds n + k / 100, so a value says where it came
 * from. What the frameworks compute with such weights is tested in tests/layout. */
#include "weights/layout.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

Suite *suite_layout(void);

typedef struct {
	Arena *arena;
	FILE *out;
	Diag *diag;
	char *said; /* owned, by open_memstream */
	size_t nsaid;
	TensorTable in, got;
	TABLE(WantedTensor) wanted;
	Text report;
} Case;

static void
case_begin(Case *c)
{
	memset(c, 0, sizeof *c);
	c->arena = arena_new();
	c->out = open_memstream(&c->said, &c->nsaid);
	ck_assert_ptr_nonnull(c->out);
	c->diag = diag_new(c->arena, c->out);
	c->in.arena = c->arena;
	c->got.arena = c->arena;
}

static void
case_end(Case *c)
{
	arena_free(c->arena);
	free(c->said);
	text_free(&c->report);
}

static const char *
case_said(Case *c)
{
	if (c->out) {
		diag_flush(c->diag);
		fclose(c->out);
		c->out = NULL;
	}
	return c->said;
}

/* A line "name 4x3 other 12": tensors of the file. A shape of "-" is a scalar. */
static void
file_has(Case *c, const char *list)
{
	char name[200], shape[40];
	int used;
	for (; sscanf(list, "%199s %39s%n", name, shape, &used) == 2; list += used) {
		int64_t dim[TENSOR_RANK_MAX];
		int rank = 0;
		for (char *at = shape; *at && *at != '-'; at += *at == 'x')
			dim[rank++] = strtoll(at, &at, 10);
		Tensor *t = tensor_add(&c->in, name, rank, dim);
		t->dtype = "F32";
		for (int64_t k = 0; k < t->count; k++)
			t->value[k] = c->in.tensor.n + (double)k / 100;
	}
}

/* "name …" of one layer, under a path or at the top. '?' marks an optional one, name:4x3 a known size. */
static void
model_wants(Case *c, const char *path, const char *layer, const char *list)
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
		w.name = arena_printf(c->arena, "%s%s%s", path, *path ? "." : "", name);
		*table_push(c->arena, &c->wanted) = w;
	}
}

#define LSTM_FIELDS "Wxf Wyf bf Wxi Wyi bi Wxo Wyo bo Wxc Wyc bc y? state?"
#define GRU_FIELDS "Wxr Wyr br Wxu Wyu bu Wxh Wyh bh byh? y?"
#define GRUV3_FIELDS "Wxr Wyr br Wxu Wyu bu Wxh Wyh bh y?"

static bool
apply(Case *c, const char *layout, const char *prefix, LayoutMap *map)
{
	LayoutOptions o = {layout, prefix, map};
	return layout_apply(c->arena, c->diag, "f", &o, c->wanted.v, c->wanted.n, &c->in, &c->got, &c->report);
}

/* The first value of a tensor of netc's; NaN if it has none. */
static double
first(const Case *c, const char *name)
{
	const Tensor *t = tensor_find(&c->got, name);
	return t && t->count ? t->value[0] : NAN;
}

static void
expect_good(Case *c, const char *layout)
{
	bool ok = apply(c, layout, NULL, NULL);
	ck_assert_str_eq(case_said(c), "");
	ck_assert(ok);
}

/* Ends the case. */
static void
expect_error(Case *c, const char *layout, const char *message)
{
	bool ok = apply(c, layout, NULL, NULL);
	ck_assert_str_eq(case_said(c), message);
	ck_assert(!ok);
	case_end(c);
}

#define near(a, b) ck_assert_double_eq_tol(a, b, 1e-12)

START_TEST(own_names_pass)
{
	Case c;
	case_begin(&c);
	file_has(&c, "1.Wxy 2x3 1.Wyy 3x3 1.by 3 other 2");
	model_wants(&c, "1", "RNN(2, 3)", "Wxy Wyy by y?");
	expect_good(&c, NULL);
	ck_assert_int_eq(c.got.tensor.n, 4); /* binding says that 'other' is one too many */
	near(first(&c, "1.Wyy"), 2);
	ck_assert_ptr_null(c.report.v);
	case_end(&c);
}
END_TEST

START_TEST(torch_lstm_blocks)
{
	Case c;
	case_begin(&c);
	file_has(&c, "rnn.weight_ih_l0 8x3 rnn.weight_hh_l0 8x2 rnn.bias_ih_l0 8 rnn.bias_hh_l0 8");
	model_wants(&c, "rnn", NULL, LSTM_FIELDS);
	expect_good(&c, NULL);
	const Tensor *t = tensor_find(&c.got, "rnn.Wxf");
	ck_assert_int_eq(t->rank, 2);
	ck_assert_int_eq(t->dim[0], 3);
	ck_assert_int_eq(t->dim[1], 2);
	ck_assert_str_eq(t->dtype, "F32");
	/* rows 2 and 3 of weight_ih are f: its element (1, 0) is row 2, column 1 */
	near(t->value[0], 1.06);
	near(t->value[2], 1.07);
	near(t->value[1], 1.09);
	near(first(&c, "rnn.Wxi"), 1.00);
	near(first(&c, "rnn.Wxc"), 1.12);
	near(first(&c, "rnn.Wxo"), 1.18);
	near(first(&c, "rnn.Wyc"), 2.08);
	near(first(&c, "rnn.bo"), 3.06 + 4.06);
	ck_assert_ptr_null(tensor_find(&c.got, "rnn.y"));
	ck_assert_str_eq(c.report.v,
			 "f: layout torch (recognised by the names): 4 tensors for 1 layer\n"
			 "  rnn = LSTM(3 => 2) from 'rnn.weight_ih_l0' and 3 more, blocks Wxi Wxf Wxc Wxo\n");
	case_end(&c);
}
END_TEST

START_TEST(torch_gru_keeps_inner_bias)
{
	Case c;
	case_begin(&c);
	file_has(&c, "weight_ih 6x3 weight_hh 6x2 bias_ih 6 bias_hh 6");
	model_wants(&c, "", "GRUCell", GRU_FIELDS);
	expect_good(&c, "torch");
	near(first(&c, "br"), 3.00 + 4.00);
	near(first(&c, "bu"), 3.02 + 4.02);
	near(first(&c, "bh"), 3.04);
	near(first(&c, "byh"), 4.04);
	near(first(&c, "Wyu"), 2.04);
	case_end(&c);
}
END_TEST

START_TEST(keras_gru_bias_of_two_rows)
{
	Case c;
	case_begin(&c);
	file_has(&c, "gru/gru_cell/kernel:0 3x6 gru/gru_cell/recurrent_kernel:0 2x6 gru/gru_cell/bias:0 2x6");
	model_wants(&c, "", "GRU", GRU_FIELDS);
	expect_good(&c, NULL);
	near(first(&c, "Wxu"), 1.00);
	near(first(&c, "Wxr"), 1.02);
	near(tensor_find(&c.got, "Wxh")->value[3], 1.11); /* row 1, column 5 */
	near(first(&c, "bu"), 3.00 + 3.06);
	near(first(&c, "bh"), 3.04);
	near(first(&c, "byh"), 3.10);
	case_end(&c);
}
END_TEST

START_TEST(onnx_directions)
{
	Case c;
	case_begin(&c);
	file_has(&c, "l.W 2x4x3 l.R 2x4x1 l.B 2x8");
	model_wants(&c, "f", "LSTM", LSTM_FIELDS);
	model_wants(&c, "b", "flipped", LSTM_FIELDS);
	expect_good(&c, NULL);
	near(first(&c, "f.Wxi"), 1.00);
	near(first(&c, "f.Wxo"), 1.03);
	near(first(&c, "f.Wxc"), 1.09);
	near(first(&c, "b.Wxi"), 1.12);
	near(first(&c, "b.bi"), 3.08 + 3.12);
	near(first(&c, "b.Wyf"), 2.06);
	case_end(&c);
}
END_TEST

START_TEST(eleven_layers_in_order)
{
	Case c;
	char name[40];
	case_begin(&c);
	for (int i = 10; i >= 0; i--) { /* l10 sorts after l9, whatever the file's order */
		snprintf(name, sizeof name, "rnn.weight_ih_l%d 1x1", i);
		file_has(&c, name);
		snprintf(name, sizeof name, "rnn.weight_hh_l%d 1x1", i);
		file_has(&c, name);
	}
	for (int i = 1; i <= 11; i++) {
		snprintf(name, sizeof name, "%d", i);
		model_wants(&c, name, "RNN", "Wxy Wyy by y?");
	}
	expect_good(&c, NULL);
	near(first(&c, "1.Wxy"), 21);
	near(first(&c, "2.Wxy"), 19);
	near(first(&c, "10.Wxy"), 3);
	near(first(&c, "11.Wxy"), 1);
	near(first(&c, "11.by"), 0);
	case_end(&c);
}
END_TEST

START_TEST(sizes_decide)
{
	Case c;
	case_begin(&c);
	file_has(&c, "a.weight 2x3 a.bias 2 b.weight 4x2 b.bias 4");
	model_wants(&c, "1", "Dense", "W:2x4 b:4");
	model_wants(&c, "2", "Dense", "W b");
	expect_good(&c, NULL);
	near(first(&c, "1.W"), 3);
	near(first(&c, "2.W"), 1);
	case_end(&c);
}
END_TEST

START_TEST(names_decide)
{
	Case c;
	case_begin(&c);
	file_has(&c, "model.dec.weight 2x2 model.dec.bias 2 model.enc.weight 2x2 model.enc.bias 2");
	model_wants(&c, "enc", "Dense", "W b");
	model_wants(&c, "dec", "Dense", "W b");
	expect_good(&c, NULL);
	near(first(&c, "enc.W"), 3);
	near(first(&c, "dec.W"), 1);
	case_end(&c);
}
END_TEST

START_TEST(plain_numbers_count_from_zero_or_one)
{
	Case c;
	case_begin(&c);
	file_has(&c, "fc.0.weight 2x2 fc.0.bias 2 fc.1.weight 2x2 fc.1.bias 2");
	model_wants(&c, "fc.1", "Dense", "W b");
	model_wants(&c, "fc.2", "Dense", "W b");
	expect_good(&c, NULL);
	near(first(&c, "fc.1.W"), 1);
	near(first(&c, "fc.2.W"), 3);
	case_end(&c);
}
END_TEST

START_TEST(two_that_fit_alike_are_not_guessed)
{
	Case c;
	case_begin(&c);
	file_has(&c, "left.weight 2x2 left.bias 2 right.weight 2x2 right.bias 2");
	model_wants(&c, "1", "Dense", "W b");
	model_wants(&c, "2", "Dense", "W b");
	expect_error(&c, NULL,
		     "f: error: 2 layers or tensors have no place in the model (layout torch, the nearest)\n"
		     "  'left.weight' and 1 more, a layer Dense(2 => 2): could be '1', '2'\n"
		     "  'right.weight' and 1 more, a layer Dense(2 => 2): could be '1', '2'\n"
		     "  layers of the model still without weights: '1', '2'\n"
		     "  name them one by one with --map FILE, or leave out others with --prefix P\n");
}
END_TEST

START_TEST(wrong_size_under_the_right_name)
{
	Case c;
	case_begin(&c);
	file_has(&c, "head.weight 2x3 head.bias 2 tail.weight 4x3 tail.bias 4");
	model_wants(&c, "head", "Dense", "W:3x4 b:4");
	model_wants(&c, "tail", "Dense", "W:3x2 b:2");
	expect_error(&c, NULL,
		     "f: error: 2 layers or tensors have no place in the model (layout torch, the nearest)\n"
		     "  'head.weight' and 1 more, a layer Dense(3 => 2): could be 'tail'\n"
		     "  'tail.weight' and 1 more, a layer Dense(3 => 4): could be 'head'\n"
		     "  layers of the model still without weights: 'head', 'tail'\n"
		     "  name them one by one with --map FILE, or leave out others with --prefix P\n");
}
END_TEST

START_TEST(what_is_left_over)
{
	Case c;
	case_begin(&c);
	file_has(&c, "rnn.weight_ih_l0 8x3 rnn.weight_hh_l0 8x2 rnn.bias_ih_l0 8 rnn.bias_hh_l0 8 rnn.weight_hr_l0 1x2 "
		     "hed.W 2x2");
	model_wants(&c, "rnn", "LSTM", LSTM_FIELDS);
	model_wants(&c, "head", "Thing", "W U");
	expect_error(&c, "torch",
		     "f: error: 2 layers or tensors have no place in the model (layout torch)\n"
		     "  'rnn.weight_hr_l0' (1, 2), which no layer of this layout has\n"
		     "  'hed.W' (2, 2), did you mean 'head.W'?\n"
		     "  layers of the model still without weights: 'head'\n"
		     "  name them one by one with --map FILE, or leave out others with --prefix P\n");
}
END_TEST

START_TEST(half_of_the_biases)
{
	Case c;
	case_begin(&c);
	file_has(&c, "rnn.weight_ih_l0 8x3 rnn.weight_hh_l0 8x2 rnn.bias_ih_l0 8");
	model_wants(&c, "rnn", "LSTM", LSTM_FIELDS);
	expect_error(&c, "torch",
		     "f: error: 3 layers or tensors have no place in the model (layout torch)\n"
		     "  'rnn.weight_ih_l0' (8, 3), which no layer of this layout has\n"
		     "  'rnn.weight_hh_l0' (8, 2), which no layer of this layout has\n"
		     "  'rnn.bias_ih_l0' (8), which no layer of this layout has\n"
		     "  layers of the model still without weights: 'rnn'\n"
		     "  name them one by one with --map FILE, or leave out others with --prefix P\n");
}
END_TEST

START_TEST(reset_before_or_after)
{
	Case c;
	case_begin(&c);
	file_has(&c, "g.weight_ih_l0 6x3 g.weight_hh_l0 6x2 g.bias_ih_l0 6 g.bias_hh_l0 6");
	model_wants(&c, "g", "GRUv3", GRUV3_FIELDS);
	expect_error(&c, NULL,
		     "f: error: 1 layer or tensor has no place in the model (layout torch, the nearest)\n"
		     "  'g.weight_ih_l0' and 3 more, a layer GRU(3 => 2): no layer of this kind is wanted\n"
		     "  layers of the model still without weights: 'g'\n"
		     "  name them one by one with --map FILE, or leave out others with --prefix P\n");
	case_begin(&c);
	file_has(&c, "g.W 1x6x3 g.R_before 1x6x2 g.B 1x12");
	model_wants(&c, "g", "GRU", GRU_FIELDS);
	bool ok = apply(&c, NULL, NULL, NULL);
	ck_assert(!ok);
	case_said(&c);
	case_end(&c);
	case_begin(&c);
	file_has(&c, "g.W 1x6x3 g.R_before 1x6x2 g.B 1x12");
	model_wants(&c, "g", "GRUv3", GRUV3_FIELDS);
	expect_good(&c, NULL);
	near(first(&c, "g.bh"), 3.04 + 3.10);
	case_end(&c);
}
END_TEST

START_TEST(backwards_needs_flip)
{
	Case c;
	case_begin(&c);
	file_has(&c, "r.weight_ih_l0 1x1 r.weight_hh_l0 1x1 r.weight_ih_l0_reverse 1x1 r.weight_hh_l0_reverse 1x1");
	model_wants(&c, "1", "RNN", "Wxy Wyy");
	model_wants(&c, "2", "RNN", "Wxy Wyy");
	expect_error(
		&c, NULL,
		"f: error: 2 layers or tensors have no place in the model (layout torch, the nearest)\n"
		"  'r.weight_ih_l0' and 1 more, a layer RNN(1 => 1): could be '1', '2'\n"
		"  'r.weight_ih_l0_reverse' and 1 more, a layer RNN(1 => 1): not '1': it runs backwards; not '2': it "
		"runs backwards\n"
		"  layers of the model still without weights: '1', '2'\n"
		"  name them one by one with --map FILE, or leave out others with --prefix P\n");
}
END_TEST

START_TEST(embedding_or_dense)
{
	Case c;
	case_begin(&c);
	file_has(&c, "e.weight 3x3");
	model_wants(&c, "e", "Embedding(3 => 3)", "W");
	expect_good(&c, "torch");
	near(tensor_find(&c.got, "e.W")->value[1], 1.01);
	case_end(&c);
	case_begin(&c);
	file_has(&c, "e.weight 3x3");
	model_wants(&c, "e", "Dense(3 => 3)", "W");
	expect_good(&c, "torch");
	near(tensor_find(&c.got, "e.W")->value[1], 1.03);
	case_end(&c);
	case_begin(&c);
	file_has(&c, "e.weight 3x3");
	model_wants(&c, "e", "Embedding(3 => 3)", "W");
	expect_error(&c, NULL,
		     "f: error: the names fit PyTorch and Flux, which differ in what 'e.W' is; give --layout "
		     "torch or --layout flux\n");
	case_begin(&c);
	file_has(&c, "e.weight 3x3");
	model_wants(&c, "e", "Mine", "W");
	expect_error(&c, "torch",
		     "f: error: 1 layer or tensor has no place in the model (layout torch)\n"
		     "  'e.weight', a layer Dense(3 => 3): not 'e': more than one way to read it\n"
		     "  layers of the model still without weights: 'e'\n"
		     "  name them one by one with --map FILE, or leave out others with --prefix P\n");
	case_begin(&c); /* the size decides */
	file_has(&c, "e.weight 4x3");
	model_wants(&c, "e", "Mine", "W:4x3");
	expect_good(&c, "torch");
	near(tensor_find(&c.got, "e.W")->value[1], 1.01);
	case_end(&c);
}
END_TEST

START_TEST(netc_or_flux)
{
	Case c;
	case_begin(&c); /* W is (in, out) with netc and (out, in) in Flux 0.11 */
	file_has(&c, "9.W 2x2 9.b 2");
	model_wants(&c, "1", "Dense", "W b");
	expect_error(&c, NULL,
		     "f: error: the names fit netc and Flux, which differ in what '1.W' is; give --layout net "
		     "or --layout flux\n");
	case_begin(&c);
	file_has(&c, "1.W 2x2 1.b 2");
	model_wants(&c, "1", "Dense", "W b");
	expect_good(&c, "flux");
	near(tensor_find(&c.got, "1.W")->value[1], 1.02);
	case_end(&c);
	case_begin(&c);
	file_has(&c, "1.W 2x2 1.b 2");
	model_wants(&c, "1", "Dense", "W b");
	expect_good(&c, "net");
	near(tensor_find(&c.got, "1.W")->value[1], 1.01);
	case_end(&c);
}
END_TEST

START_TEST(bias_without_a_field)
{
	Case c;
	case_begin(&c);
	file_has(&c, "d.weight 2x3 d.bias 2");
	model_wants(&c, "d", "Dense(3 => 2, bias = false)", "W");
	expect_error(&c, NULL,
		     "f: error: 1 layer or tensor has no place in the model (layout torch, the nearest)\n"
		     "  'd.weight' and 1 more, a layer Dense(3 => 2): not 'd': no field 'b' for 'd.bias'\n"
		     "  layers of the model still without weights: 'd'\n"
		     "  name them one by one with --map FILE, or leave out others with --prefix P\n");
	case_begin(&c);
	file_has(&c, "d.weight 2x3 d.bias 2");
	memset(c.in.tensor.v[1].value, 0, 2 * sizeof(double));
	model_wants(&c, "d", "Dense(3 => 2, bias = false)", "W");
	expect_good(&c, NULL);
	ck_assert_int_eq(c.got.tensor.n, 1);
	case_end(&c);
}
END_TEST

START_TEST(no_biases_in_the_file)
{
	Case c;
	case_begin(&c);
	file_has(&c, "weight_ih_l0 6x3 weight_hh_l0 6x2");
	model_wants(&c, "", "GRU", "Wxr Wyr br:1x2 Wxu Wyu bu Wxh Wyh bh byh");
	expect_good(&c, NULL);
	const Tensor *t = tensor_find(&c.got, "br");
	ck_assert_int_eq(t->rank, 2);
	ck_assert_int_eq(t->dim[0], 1);
	ck_assert_int_eq(t->dim[1], 2);
	near(first(&c, "byh"), 0);
	ck_assert_ptr_nonnull(strstr(c.report.v, ", no biases, br = 0, bu = 0, bh = 0, byh = 0\n"));
	case_end(&c);
}
END_TEST

START_TEST(initial_states)
{
	Case c;
	case_begin(&c);
	file_has(&c, "cell.Wi 8x3 cell.Wh 8x2 cell.b 8 cell.state0.1 2x1 cell.state0.2 2x1");
	model_wants(&c, "", "LSTM", LSTM_FIELDS);
	expect_good(&c, NULL);
	near(first(&c, "y"), 4);
	near(first(&c, "state"), 5);
	ck_assert_int_eq(tensor_find(&c.got, "state")->rank, 1);
	case_end(&c);
}
END_TEST

START_TEST(prefix)
{
	Case c;
	case_begin(&c);
	file_has(&c, "model.d.weight 2x3 model.d.bias 2 optimizer.d.weight 2x3");
	model_wants(&c, "d", "Dense", "W b");
	ck_assert(apply(&c, NULL, "model.", NULL));
	ck_assert_str_eq(case_said(&c), "");
	near(first(&c, "d.W"), 1);
	ck_assert_str_eq(c.report.v, "f: 2 of 3 tensors have the prefix 'model.'\n"
				     "f: layout torch (recognised by the names): 2 tensors for 1 layer\n"
				     "  d = Dense(3 => 2) from 'd.weight' and 1 more\n");
	case_end(&c);
	case_begin(&c);
	file_has(&c, "model.d.weight 2x3 model.d.bias 2");
	ck_assert(!apply(&c, NULL, "modle.", NULL));
	ck_assert_str_eq(case_said(&c), "f: error: no tensor has the prefix 'modle.'; did you mean 'model.'?\n");
	case_end(&c);
}
END_TEST

START_TEST(mixed_kinds)
{
	Case c;
	case_begin(&c); /* weight and bias are three kinds of layer here */
	file_has(&c, "0.weight 9x4 1.weight 4 1.bias 4 2.weight 2x4 2.bias 2");
	model_wants(&c, "1", "Embedding", "W");
	model_wants(&c, "2", "LayerNorm", "scale bias");
	model_wants(&c, "3", "Dense", "W b");
	expect_good(&c, "torch");
	near(first(&c, "1.W"), 1);
	near(first(&c, "2.scale"), 2);
	near(first(&c, "2.bias"), 3);
	near(tensor_find(&c.got, "3.W")->value[1], 4.04);
	case_end(&c);
}
END_TEST

START_TEST(flax_gates_are_one_layer)
{
	Case c;
	case_begin(&c);
	file_has(&c, "c/ii/kernel 1x1 c/if/kernel 1x1 c/ig/kernel 1x1 c/io/kernel 1x1 c/hi/kernel 1x1 c/hf/kernel 1x1 "
		     "c/hg/kernel 1x1 c/ho/kernel 1x1 c/hi/bias 1 c/hf/bias 1 c/hg/bias 1 c/ho/bias 1 d/kernel 1x2 "
		     "d/bias 2");
	model_wants(&c, "d", "Dense", "W b");
	model_wants(&c, "1", "LSTM", LSTM_FIELDS);
	expect_good(&c, NULL);
	near(first(&c, "1.Wxc"), 3);
	near(first(&c, "1.Wyf"), 6);
	near(first(&c, "1.bo"), 12);
	near(first(&c, "d.b"), 14);
	case_end(&c);
}
END_TEST

static LayoutMap *
map_of(Case *c, const char *text)
{
	return layout_map_parse(c->arena, c->diag, "m.map", text, strlen(text));
}

START_TEST(map_lines)
{
	Case c;
	case_begin(&c);
	file_has(&c, "k 4x3 \"a 1x2x2 v 4 d.weight 2x3 d.bias 2");
	c.in.tensor.v[1].name = "a b";
	model_wants(&c, "", "Own", "A B C");
	model_wants(&c, "d", "Dense", "W b");
	LayoutMap *map = map_of(&c, "# names of mine\n"
				    "A = k rows 3:4 transpose  # (3, 2)\n"
				    "\n"
				    "B = \"a b\" transpose\n"
				    "C=v rows 2:3 + v rows 3:4\r\n");
	ck_assert_ptr_nonnull(map);
	ck_assert(apply(&c, NULL, NULL, map));
	ck_assert(layout_map_end(c.diag, map));
	ck_assert_str_eq(case_said(&c), "");
	const Tensor *t = tensor_find(&c.got, "A");
	ck_assert_int_eq(t->dim[0], 3);
	ck_assert_int_eq(t->dim[1], 2);
	near(t->value[0], 1.06);
	near(t->value[1], 1.09);
	near(t->value[2], 1.07);
	near(tensor_find(&c.got, "B")->value[1], 2.02);
	near(tensor_find(&c.got, "C")->value[1], 3.02 + 3.03);
	near(first(&c, "d.W"), 4);
	ck_assert_int_eq(c.got.tensor.n, 5);
	case_end(&c);
}
END_TEST

static void
expect_map_error(const char *text, const char *message)
{
	Case c;
	case_begin(&c);
	file_has(&c, "k 4x3 v 4");
	model_wants(&c, "", "Own", "A B");
	LayoutMap *map = map_of(&c, text);
	bool ok = map && apply(&c, "net", NULL, map) && layout_map_end(c.diag, map);
	ck_assert_str_eq(case_said(&c), message);
	ck_assert(!ok);
	case_end(&c);
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
	Case c;
	int n;
	case_begin(&c);
	file_has(&c, "lstm.Wxf 1x1");
	ck_assert_ptr_null(layout_guess(c.arena, &c.in, &n));
	ck_assert_int_eq(n, 0);
	file_has(&c, "d.weight 2x3 d.bias 2");
	ck_assert_str_eq(layout_guess(c.arena, &c.in, &n), "PyTorch or Flux or ONNX or Equinox or NAM");
	ck_assert_int_eq(n, 2);
	file_has(&c, "r.weight_ih_l0 8x3 r.weight_hh_l0 8x2 r.bias_ih_l0 8 r.bias_hh_l0 8");
	ck_assert_str_eq(layout_guess(c.arena, &c.in, &n), "PyTorch");
	ck_assert_int_eq(n, 6);
	ck_assert(layout_known("keras") && layout_known("net") && !layout_known("Keras") && !layout_known(""));
	ck_assert_str_eq(layout_names(c.arena), "net, torch, keras, flux, onnx, flax, equinox, nam");
	case_said(&c);
	case_end(&c);
}
END_TEST

START_TEST(listing)
{
	Case c;
	Text out = {0};
	case_begin(&c);
	file_has(&c, "d.weight 2x2 d.bias 2 d.σ 0 s -");
	c.in.tensor.v[0].value[1] = -0.5;
	c.in.tensor.v[0].value[2] = INFINITY;
	c.in.tensor.v[1].value[0] = NAN;
	c.in.tensor.v[1].value[1] = NAN;
	weights_list(&c.in, &out);
	ck_assert_str_eq(out.v,
			 "name      dtype  shape            min           max  non-finite\n"
			 "d.weight  F32    (2, 2)          -0.5          1.03           1\n"
			 "d.bias    F32    (2)                -             -           2\n"
			 "d.σ       F32    (0)                -             -           0\n"
			 "s         F32    ()                 4             4           0\n"
			 "# 4 tensors, 7 numbers, 3 not finite; the names of 2 look like PyTorch or Flux or ONNX "
			 "or Equinox or NAM\n");
	text_free(&out);
	case_said(&c);
	case_end(&c);
}
END_TEST

START_TEST(narrowing)
{
	Case c;
	case_begin(&c);
	file_has(&c, "a 4");
	c.in.tensor.v[0].dtype = "F64";
	const double fine[] = {0.1, -3, 0x1.fffffep127, NAN};
	memcpy(c.in.tensor.v[0].value, fine, sizeof fine);
	weights_narrowing(c.diag, "f", &c.in);
	ck_assert_int_eq((int)ftell(c.out), 0);
	c.in.tensor.v[0].value[0] = 0x1.8p-149; /* becomes 2 * 2^-149 */
	c.in.tensor.v[0].value[1] = 0x1.4p-146; /* is there */
	weights_narrowing(c.diag, "f", &c.in);
	ck_assert_str_eq(case_said(&c),
			 "f: warning: 1 of 4 numbers are too small for float32 and lose up to 33.3 % of their "
			 "value ('a', F64) [-Wnarrowing]\n");
	case_end(&c);
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
		torch_gru_keeps_inner_bias,
		keras_gru_bias_of_two_rows,
		onnx_directions,
		eleven_layers_in_order,
		sizes_decide,
		names_decide,
		plain_numbers_count_from_zero_or_one,
		two_that_fit_alike_are_not_guessed,
		wrong_size_under_the_right_name,
		what_is_left_over,
		half_of_the_biases,
		reset_before_or_after,
		backwards_needs_flip,
		embedding_or_dense,
		netc_or_flux,
		bias_without_a_field,
		no_biases_in_the_file,
		initial_states,
		prefix,
		mixed_kinds,
		flax_gates_are_one_layer,
		map_lines,
		map_errors,
		guesses,
		listing,
		narrowing,
	};
	for (size_t i = 0; i < sizeof test / sizeof *test; i++)
		tcase_add_test(t, test[i]);
	suite_add_tcase(s, t);
	return s;
}
