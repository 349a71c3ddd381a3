/* test_readers.c: the readers of PyTorch's .pt, of .onnx and of .nam, on files that are built here byte by byte.
 *
 * Good files are also tried cut short at every byte. Files of the real exporters are in tests/layout. */
#include "case.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

Suite *suite_readers(void);

/* A zip file of stored members. */
typedef struct {
	const char *name;
	const char *bytes;
	size_t n;
} Stored;

static Text
zip_of(const Stored *m, int n)
{
	Text zip = {0}, directory = {0};
	for (int i = 0; i < n; i++) {
		size_t at = zip.n, name_n = strlen(m[i].name);
		unsigned long crc = crc32(0, (const unsigned char *)m[i].bytes, (uInt)m[i].n);
		put_le(&zip, 0x04034b50, 4);
		put_le(&zip, 10, 2);
		put_le(&zip, 0, 8); /* flags, method, time, date */
		put_le(&zip, crc, 4);
		put_le(&zip, m[i].n, 4);
		put_le(&zip, m[i].n, 4);
		put_le(&zip, name_n, 4);
		text_put(&zip, m[i].name, name_n);
		if (m[i].n)
			text_put(&zip, m[i].bytes, m[i].n);
		put_le(&directory, 0x02014b50, 4);
		put_le(&directory, 10, 2);
		put_le(&directory, 10, 2);
		put_le(&directory, 0, 8);
		put_le(&directory, crc, 4);
		put_le(&directory, m[i].n, 4);
		put_le(&directory, m[i].n, 4);
		put_le(&directory, name_n, 4);
		put_le(&directory, 0, 8); /* comment, disk, attributes */
		put_le(&directory, 0, 2);
		put_le(&directory, at, 4);
		text_put(&directory, m[i].name, name_n);
	}
	size_t begin = zip.n;
	text_put(&zip, directory.v, directory.n);
	put_le(&zip, 0x06054b50, 4);
	put_le(&zip, 0, 4);
	put_le(&zip, (uint64_t)n, 2);
	put_le(&zip, (uint64_t)n, 2);
	put_le(&zip, directory.n, 4);
	put_le(&zip, begin, 4);
	put_le(&zip, 0, 2);
	text_free(&directory);
	return zip;
}

/* Instructions of a pickle that many tests share; FLOATS pushes the storage "0" of six. */
#define STR(n, text) "X" n "\0\0\0" text
#define STORAGE(type) "(" STR("\7", "storage") "c" type "\n" STR("\1", "0") STR("\3", "cpu") "K\6tQ"
#define FLOATS STORAGE("torch\nFloatStorage")
#define REBUILD "ctorch._utils\n_rebuild_tensor_v2\n("
#define HOOKS                            \
	"\x89"                           \
	"ccollections\nOrderedDict\n)Rt" \
	"R"
/* 2 x 3, row-major */
#define TENSOR                      \
	REBUILD FLOATS "K\0"        \
		       "K\2K\3\x86" \
		       "K\3K\1\x86" HOOKS
#define HEAD "\x80\2}("
#define TAIL "u."

static const float six[] = {1, 2, 3, 4, 5, 6};

static Text
torch_file(const char *pickle, size_t n)
{
	Text data = {0};
	put_floats(&data, six, 6);
	Stored m[] = {{"m/data.pkl", pickle, n}, {"m/data/0", data.v, data.n}, {"m/version", "3\n", 2}};
	Text zip = zip_of(m, 3);
	text_free(&data);
	return zip;
}

START_TEST(torch_state_dict)
{
	static const char pickle[] = "\x80\2ccollections\nOrderedDict\nq\0)Rq\1(" STR("\1", "W") "q\2" TENSOR "q\3"
		/* the transpose, and a part of it: from 1, (2), by 3 */
		STR("\1", "T") REBUILD FLOATS
		"K\0"
		"K\3K\2\x86"
		"K\1K\3\x86" HOOKS STR("\1", "p") "ctorch._utils\n_rebuild_parameter\n" REBUILD FLOATS "K\1"
						  "K\2\x85"
						  "K\3\x85" HOOKS "\x88"
						  "ccollections\nOrderedDict\n)R\x87R" STR("\1", "s") REBUILD FLOATS
		"K\5)"
		")" HOOKS STR("\5", "again") "h\3"
		/* a nested one, and what is no tensor */
		STR("\3", "sub") "}(" STR("\1", "b") TENSOR
		"K\7" TENSOR "u" STR("\5", "epoch") "M\1\2" STR("\2", "lr") "G\0\0\0\0\0\0\0\0" STR(
			"\4", "list") "](K\1NJ\xff\xff\xff\xff"
				      "e" STR("\4", "none") "N" STR("\4", "long") "\x8a\2\xff\x7f"
										  "u}" STR("\11", "_metadata") "}sb.";
	Case c;
	Text file = torch_file(pickle, sizeof pickle - 1);
	expect_no_prefix(torch_parse, &file);
	expect_good(&c, torch_parse, &file);
	ck_assert_int_eq(c.table.tensor.n, 7);
	const Tensor *t = get(&c, "W");
	ck_assert_str_eq(t->dtype, "F32");
	ck_assert_int_eq(t->dim[0], 2);
	ck_assert_int_eq(t->dim[1], 3);
	ck_assert(t->value[1] == 2 && t->value[3] == 4);
	t = get(&c, "T");
	ck_assert_int_eq(t->dim[0], 3);
	ck_assert(t->value[1] == 4 && t->value[2] == 2 && t->value[5] == 6);
	t = get(&c, "p");
	ck_assert(t->count == 2 && t->value[0] == 2 && t->value[1] == 5);
	t = get(&c, "s");
	ck_assert(t->rank == 0 && t->value[0] == 6);
	get(&c, "again");
	get(&c, "sub.b");
	get(&c, "sub.7");
	case_end(&c);
}
END_TEST

/* Protocol 4, half floats, no folder, big-endian. */
START_TEST(torch_newer_instructions)
{
	static const char pickle[] =
		"\x80\4\x95\0\0\0\0\0\0\0\0}\x94(\x8c\1W\x94\x8c\14torch._utils\x94\x8c\22_rebuild_tensor_v2"
		"\x94\x93(" STORAGE("torch\nHalfStorage") "K\1K\2\x85K\1\x85" HOOKS TAIL;
	static const char half[] = "\x3c\0\x40\0\xc2\0\0\0\0\0\0\0";
	Stored m[] = {{"data.pkl", pickle, sizeof pickle - 1}, {"data/0", half, 12}, {"byteorder", "big", 3}};
	Text file = zip_of(m, 3);
	Case c;
	expect_no_prefix(torch_parse, &file);
	expect_good(&c, torch_parse, &file);
	const Tensor *t = get(&c, "W");
	ck_assert_str_eq(t->dtype, "F16");
	ck_assert(t->value[0] == 2 && t->value[1] == -3);
	case_end(&c);
}
END_TEST

#define W STR("\1", "W")
#define DAMAGED "its pickle (data.pkl) is damaged"
static const struct {
	const char *pickle;
	size_t n;
	const char *message;
} torch_wrong[] = {
#define P(pickle, message)                         \
	{                                          \
		pickle, sizeof pickle - 1, message \
	}
	P("\x80\2cos\nsystem\n" STR("\2", "id") "\x85R.",
	  "refers to 'os.system', which is not read; wanted a state dict: torch.save(model.state_dict(), \"w.pt\"), or "
	  "safetensors"),
	P("\x80\4\x8c\2os\x8c\6system\x93.",
	  "refers to 'os.system', which is not read; wanted a state dict: torch.save(model.state_dict(), \"w.pt\"), or "
	  "safetensors"),
	P("\x80\2c__main__\nM\n)\x81.", "refers to '__main__.M', which is not read; wanted a state dict: "
					"torch.save(model.state_dict(), \"w.pt\"), or "
					"safetensors"),
	P("\x80\2c\x1b[31m\n\xff\n.", "refers to '\\x1b[31m.\\xff', which is not read; wanted a state dict: "
				      "torch.save(model.state_dict(), \"w.pt\"), or safetensors"),
	P("\x80\2)\x81.",
	  "its pickle has the instruction 0x81, which state dicts do not use; save model.state_dict(), or "
	  "safetensors"),
	P("\x80\2i", "its pickle has the instruction 0x69, which state dicts do not use; save model.state_dict(), or "
		     "safetensors"),
	P("\x80\7.", "its pickle has the protocol 7; wanted 2 to 5"),
	P("", DAMAGED),
	P("\x80", "its pickle has the protocol -1; wanted 2 to 5"),
	P("\x80\2", DAMAGED),
	P("\x80\2.", DAMAGED),
	P("\x80\2"
	  "0",
	  DAMAGED),
	P("\x80\2"
	  "(0",
	  DAMAGED),
	P("\x80\2t", DAMAGED),
	P("\x80\2u", DAMAGED),
	P("\x80\2}(Nu.", DAMAGED),
	P("\x80\2](NNu.", DAMAGED),
	P("\x80\2Na.", DAMAGED),
	P("\x80\2Ns.", DAMAGED),
	P("\x80\2N\x86.", DAMAGED),
	P("\x80\2h\0.", DAMAGED),
	P("\x80\2Nr\xff\xff\xff\xff.", DAMAGED),
	P("\x80\2q\0.", DAMAGED),
	P("\x80\2NQ.", DAMAGED),
	P("\x80\2NNR.", DAMAGED),
	P("\x80\2N}b.", DAMAGED),
	P("\x80\2X\xff\xff\xff\xffW", DAMAGED),
	P("\x80\2ccollections", DAMAGED),
	P("\x80\2\x8a\x09"
	  "123456789.",
	  DAMAGED),
	P("\x80\2ccollections\nOrderedDict\n](NNe\x85R.",
	  "its pickle calls 'collections.OrderedDict' in a way that is not read"),
	P("\x80\2ctorch\nFloatStorage\n)R.", "its pickle calls 'torch.FloatStorage' in a way that is not read"),
	P("\x80\2" REBUILD "tR.", "its pickle calls 'torch._utils._rebuild_tensor_v2' in a way that is not read"),
	P("\x80\2" REBUILD FLOATS "K\0K\2\x85K\1K\1\x86" HOOKS ".",
	  "its pickle calls 'torch._utils._rebuild_tensor_v2' in a way that is not read"),
	P("\x80\2" REBUILD FLOATS "K\0K\2\x85J\xff\xff\xff\xff\x85" HOOKS ".",
	  "its pickle calls 'torch._utils._rebuild_tensor_v2' in a way that is not read"),
	P("\x80\2}.", "holds no tensors"),
	P(HEAD W REBUILD FLOATS "K\1K\6\x85K\1\x85" HOOKS TAIL, "tensor 'W' reaches beyond its storage of 6 numbers"),
	P(HEAD W REBUILD FLOATS "K\0K\2\x85J\xff\xff\xff\x7f\x85" HOOKS TAIL,
	  "tensor 'W' reaches beyond its storage of 6 numbers"),
	P(HEAD W REBUILD FLOATS "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7fK\2\x85K\1\x85" HOOKS TAIL,
	  "tensor 'W' reaches beyond its storage of 6 numbers"),
	P(HEAD W REBUILD FLOATS "K\6))" HOOKS TAIL, "tensor 'W' reaches beyond its storage of 6 numbers"),
	P(HEAD W REBUILD FLOATS "K\0K\7\x85K\0\x85" HOOKS TAIL,
	  "tensor 'W' repeats its storage; save it with .contiguous()"),
	P(HEAD W REBUILD FLOATS "K\0J\xff\xff\xff\x7fJ\xff\xff\xff\x7fJ\xff\xff\xff\x7f\x87K\0K\0K\0\x87" HOOKS TAIL,
	  "tensor 'W' is too large"),
	P(HEAD W REBUILD STORAGE("torch\nDoubleStorage") "K\0))" HOOKS TAIL,
	  "the storage of 'W' has 24 bytes; wanted 6 numbers of 8"),
	P(HEAD W REBUILD "(" STR("\7", "storage") "ctorch\nFloatStorage\n" STR("\1", "9") "NK\6tQK\0))" HOOKS TAIL,
	  "the storage '9' of 'W' is missing"),
	P(HEAD "N" TENSOR TAIL, "a dictionary has a key that is no name, in ''"),
	P(HEAD STR("\2", "a\n") TENSOR TAIL, "the name of tensor 'a\\x0a' holds a control character"),
	P(HEAD W TENSOR W TENSOR TAIL, "has two tensors called 'W'"),
	P("\x80\2}q\0" STR("\1", "a") "h\0s.", "its dictionaries are nested too deeply at "
					       "'a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a'"),
#undef P
};

START_TEST(torch_refuses)
{
	Text file = torch_file(torch_wrong[_i].pickle, torch_wrong[_i].n);
	expect_error(torch_parse, &file, torch_wrong[_i].message);
}
END_TEST

/* Each tensor takes six numbers of a file that has few bytes. */
START_TEST(torch_shared_storage)
{
	Text pickle = {0};
	text_put(&pickle, HEAD, sizeof HEAD - 1);
	for (int i = 0; i < 300; i++) {
		text_put(&pickle, STR("\3", ""), sizeof STR("\3", "") - 1);
		text_add(&pickle, "%03d", i);
		if (i == 0)
			text_put(&pickle, TENSOR "q\0", sizeof TENSOR "q\0" - 1);
		else
			text_put(&pickle, "h\0", 2);
	}
	text_put(&pickle, TAIL, 2);
	Text file = torch_file(pickle.v, pickle.n);
	Case c;
	expect_good(&c, torch_parse, &file);
	ck_assert_int_eq(c.table.tensor.n, 300);
	case_end(&c);
	text_free(&pickle);
}
END_TEST

/* ONNX. A message is a Text; a field is added to it. */

static void
put_varint(Text *t, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		put_le(t, (v & 0x7f) | 0x80, 1);
	put_le(t, v, 1);
}

static void
put_number(Text *t, int field, uint64_t v)
{
	put_varint(t, (uint64_t)field << 3);
	put_varint(t, v);
}

static void
put_bytes(Text *t, int field, const char *s, size_t n)
{
	put_varint(t, (uint64_t)field << 3 | 2);
	put_varint(t, n);
	if (n)
		text_put(t, s, n);
}

static void
put_string(Text *t, int field, const char *s)
{
	put_bytes(t, field, s, strlen(s));
}

/* Frees the inner message. */
static void
put_message(Text *t, int field, Text *inner)
{
	put_bytes(t, field, inner->v, inner->n);
	text_free(inner);
}

/* A float array of the numbers 1, 2, …; "2x3". */
static Text
array_of(const char *name, const char *shape)
{
	Text t = {0}, data = {0};
	int64_t n = 1;
	for (const char *at = shape; *at; at += *at == 'x') {
		char *end;
		int64_t dim = strtoll(at, &end, 10);
		put_number(&t, 1, (uint64_t)dim);
		n *= dim;
		at = end;
	}
	put_number(&t, 2, 1);
	put_string(&t, 8, name);
	for (int64_t i = 0; i < n; i++)
		put_floats(&data, (const float[]){(float)(i + 1)}, 1);
	put_message(&t, 9, &data);
	return t;
}

/* "LSTM name in1,in2,… out"; '-' is an input that is not there. */
static Text
node_of(const char *op, const char *name, const char *inputs, const char *output)
{
	Text t = {0};
	char copy[200];
	snprintf(copy, sizeof copy, "%s", inputs);
	for (char *at = strtok(copy, ","); at; at = strtok(NULL, ","))
		put_string(&t, 1, strcmp(at, "-") ? at : "");
	put_string(&t, 2, output);
	if (*name)
		put_string(&t, 3, name);
	put_string(&t, 4, op);
	return t;
}

static void
put_attribute(Text *node, const char *name, int field, uint64_t i, const char *s)
{
	Text t = {0};
	put_string(&t, 1, name);
	if (s)
		put_string(&t, field, s);
	else if (field == 2) {
		put_varint(&t, 2 << 3 | 5);
		put_le(&t, i, 4);
	} else
		put_number(&t, field, i);
	put_message(node, 5, &t);
}

static void
graph_add_array(Text *graph, const char *name, const char *shape)
{
	Text t = array_of(name, shape);
	put_message(graph, 5, &t);
}

static void
graph_add_node(Text *graph, const char *op, const char *name, const char *inputs, const char *output)
{
	Text t = node_of(op, name, inputs, output);
	put_message(graph, 1, &t);
}

/* Frees the graph. */
static Text
model_of(Text *graph)
{
	Text t = {0};
	put_number(&t, 1, 8);
	put_string(&t, 2, "test");
	put_message(&t, 7, graph);
	return t;
}

static void
onnx_good(Case *c, Text *graph)
{
	Text file = model_of(graph);
	ck_assert(onnx_is((const unsigned char *)file.v, file.n));
	expect_good(c, onnx_parse, &file);
}

static void
onnx_wrong(Text *graph, const char *message)
{
	Text file = model_of(graph);
	expect_error(onnx_parse, &file, message);
}

START_TEST(onnx_names_by_node)
{
	Case c;
	Text g = {0};
	graph_add_array(&g, "onnx::LSTM_1", "1x8x3");
	graph_add_array(&g, "onnx::LSTM_2", "1x8x2");
	graph_add_array(&g, "onnx::LSTM_3", "1x16");
	graph_add_array(&g, "h0", "1x1x2");
	graph_add_array(&g, "k", "2x4");
	graph_add_array(&g, "bias", "4");
	graph_add_array(&g, "fc.weight", "4x2");
	graph_add_array(&g, "second", "5x4");
	graph_add_array(&g, "c", "4");
	graph_add_array(&g, "table", "9x3");
	graph_add_array(&g, "ln_w", "4");
	graph_add_array(&g, "loose", "2");
	graph_add_node(&g, "Gather", "", "table,ids", "x");
	graph_add_node(&g, "LSTM", "/rnn/LSTM", "x,onnx::LSTM_1,onnx::LSTM_2,onnx::LSTM_3,-,h0", "y");
	graph_add_node(&g, "MatMul", "/head/MatMul", "y,k", "p");
	graph_add_node(&g, "Add", "/head/Add", "bias,p", "q");
	graph_add_node(&g, "LayerNormalization", "ln", "q,ln_w", "n");
	Text gemm = node_of("Gemm", "/fc/Gemm", "n,fc.weight", "r");
	put_attribute(&gemm, "transB", 3, 1, NULL);
	put_message(&g, 1, &gemm);
	graph_add_node(&g, "Gemm", "/out/Gemm_1", "r,second,c", "s");
	onnx_good(&c, &g);
	static const char *const name[] = {"/rnn.W",        "/rnn.R",      "/rnn.B",   "/rnn.initial_h",
					   "/head.kernel",  "/head.bias",  "ln.scale", "fc.weight",
					   "/out_1.kernel", "/out_1.bias", "table",    "loose"};
	for (size_t i = 0; i < sizeof name / sizeof *name; i++)
		if (strcmp(name[i], "table") != 0)
			get(&c, name[i]);
	get(&c, "Gather_0.table");
	ck_assert_int_eq(c.table.tensor.n, 12);
	const Tensor *t = get(&c, "/rnn.R");
	ck_assert(t->rank == 3 && t->dim[1] == 8 && t->value[15] == 16);
	case_end(&c);
}
END_TEST

START_TEST(onnx_gru_and_directions)
{
	Case c;
	Text g = {0};
	graph_add_array(&g, "w", "1x6x3");
	graph_add_array(&g, "r", "1x6x2");
	graph_add_node(&g, "GRU", "a", "x,w,r", "y");
	Text n = node_of("GRU", "b", "x,w,r", "z");
	put_attribute(&n, "linear_before_reset", 3, 1, NULL);
	put_attribute(&n, "direction", 4, 0, "reverse");
	put_message(&g, 1, &n);
	onnx_good(&c, &g);
	get(&c, "a.W");
	get(&c, "a.R_before");
	get(&c, "b.W_reverse");
	get(&c, "b.R_reverse");
	ck_assert_int_eq(c.table.tensor.n, 4);
	case_end(&c);
}
END_TEST

/* Every kind of number, in raw bytes and in its field. */
START_TEST(onnx_numbers)
{
	static const struct {
		int type;
		const char *dtype;
		int field; /* 9: raw */
		const char *bytes;
		size_t n;
		double value[2];
	} kind[] = {
#define K(type, dtype, field, bytes, a, b)                   \
	{                                                    \
		type, dtype, field, bytes, sizeof bytes - 1, \
		{                                            \
			a, b                                 \
		}                                            \
	}
		K(1, "F32", 4, "\0\0\x80\x3f\0\0\0\xc0", 1, -2),
		K(11, "F64", 10, "\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\0\xc0", 1, -2),
		K(11, "F64", 9, "\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\0\xc0", 1, -2),
		K(10, "F16", 9, "\0\x3c\0\xc0", 1, -2),
		K(10, "F16", 5, "\x80\x78\x80\x80\x03", 1, -2),
		K(16, "BF16", 5, "\x80\x7f\x80\x80\x03", 1, -2),
		K(7, "I64", 7, "\5\xfe\xff\xff\xff\xff\xff\xff\xff\xff\1", 5, -2),
		K(6, "I32", 5, "\5\xfe\xff\xff\xff\xff\xff\xff\xff\xff\1", 5, -2),
		K(3, "I8", 5, "\5\xfe\xff\xff\xff\xff\xff\xff\xff\xff\1", 5, -2),
		K(2, "U8", 9, "\5\xfe", 5, 254),
		K(13, "U64", 11, "\5\x80\1", 5, 128),
		K(9, "BOOL", 5, "\1\0", 1, 0),
#undef K
	};
	Case c;
	Text g = {0}, t = {0};
	put_bytes(&t, 1, "\2", 1); /* packed */
	put_number(&t, 2, (uint64_t)kind[_i].type);
	put_string(&t, 8, "w");
	put_bytes(&t, kind[_i].field, kind[_i].bytes, kind[_i].n);
	put_message(&g, 5, &t);
	onnx_good(&c, &g);
	const Tensor *w = get(&c, "w");
	ck_assert_str_eq(w->dtype, kind[_i].dtype);
	ck_assert_int_eq(w->count, 2);
	ck_assert_double_eq(w->value[0], kind[_i].value[0]);
	ck_assert_double_eq(w->value[1], kind[_i].value[1]);
	case_end(&c);
}
END_TEST

START_TEST(onnx_unpacked_numbers)
{
	Case c;
	Text g = {0}, t = {0};
	put_number(&t, 1, 2);
	put_number(&t, 2, 1);
	put_string(&t, 8, "w");
	for (int i = 0; i < 2; i++) {
		put_varint(&t, 4 << 3 | 5);
		put_floats(&t, (const float[]){(float)(3 - i)}, 1);
	}
	put_message(&g, 5, &t);
	onnx_good(&c, &g);
	const Tensor *w = get(&c, "w");
	ck_assert(w->value[0] == 3 && w->value[1] == 2);
	case_end(&c);
}
END_TEST

/* Shapes and axes are no weights; a Constant is one if a layer uses it. */
START_TEST(onnx_constants)
{
	Case c;
	Text g = {0}, shape = {0}, value = array_of("", "2x4"), node = node_of("Constant", "", "", "k"), a = {0};
	put_number(&shape, 1, 1);
	put_number(&shape, 2, 7);
	put_string(&shape, 8, "shape");
	put_bytes(&shape, 7, "\3", 1);
	put_message(&g, 5, &shape);
	put_string(&a, 1, "value");
	put_message(&a, 5, &value);
	put_message(&node, 5, &a);
	put_message(&g, 1, &node);
	graph_add_node(&g, "Reshape", "", "x,shape", "y");
	graph_add_node(&g, "MatMul", "m", "y,k", "z");
	onnx_good(&c, &g);
	ck_assert_int_eq(c.table.tensor.n, 1);
	ck_assert_int_eq(get(&c, "m.kernel")->dim[1], 4);
	case_end(&c);
}
END_TEST

START_TEST(onnx_refuses)
{
	Text g = {0}, t = array_of("w", "2");
	put_number(&t, 14, 1);
	put_message(&g, 5, &t);
	onnx_wrong(
		&g,
		"array 'w' lies in another file (external data), which is not read; save with onnx.save(model, path, "
		"save_as_external_data=False)");
	t = array_of("w", "2");
	put_number(&t, 2, 8);
	put_message(&g, 5, &t);
	onnx_wrong(&g, "array 'w' has the ONNX type 8, which is not read; wanted float, double, float16 or bfloat16");
	t = array_of("w", "2");
	put_number(&t, 1, 3);
	put_message(&g, 5, &t);
	onnx_wrong(&g, "array 'w' (F32, 6 numbers) needs 24 bytes but has 8");
	t = array_of("w", "2");
	put_number(&t, 1, UINT64_MAX);
	put_message(&g, 5, &t);
	onnx_wrong(&g, "dimension 2 of array 'w' is -1; wanted 0 or more");
	put_number(&t, 1, 1 << 20);
	put_number(&t, 2, 1);
	put_string(&t, 8, "w");
	put_message(&g, 5, &t);
	onnx_wrong(&g, "its arrays are used too often, or have more numbers than the file has bytes");
	put_number(&t, 1, 3);
	put_number(&t, 2, 1);
	put_string(&t, 8, "w");
	put_bytes(&t, 4, "12345678", 8);
	put_message(&g, 5, &t);
	onnx_wrong(&g, "array 'w' has not the 3 numbers that its shape asks for");
	put_number(&t, 1, 1);
	put_number(&t, 2, 1);
	put_string(&t, 8, "w");
	put_bytes(&t, 4, "12345678", 8);
	put_message(&g, 5, &t);
	onnx_wrong(&g, "array 'w' has not the 1 numbers that its shape asks for");
	graph_add_array(&g, "w", "2");
	graph_add_array(&g, "w", "2");
	onnx_wrong(&g, "has two arrays called 'w'");
	put_string(&g, 5, "\x0a");
	onnx_wrong(&g, "is a damaged .onnx file: the array does not end where it should");
	put_string(&g, 15, "");
	onnx_wrong(&g, "has sparse initialisers, which are not read");
	put_string(&g, 2, "empty");
	onnx_wrong(&g, "holds no weights");
	graph_add_array(&g, "k", "2x2");
	t = node_of("Gemm", "n", "x,k", "y");
	put_attribute(&t, "alpha", 2, 0x3f000000, NULL);
	put_message(&g, 1, &t);
	onnx_wrong(&g, "node 'n' scales or transposes its input, which netc's layers do not");
}
END_TEST

START_TEST(onnx_other_cells)
{
	static const struct {
		const char *attribute;
		int field;
		const char *s, *inputs, *message;
	} cell[] = {
		{"activations", 9, "Relu", "x,w,r", "node 'n' has the activation Relu; wanted Sigmoid"},
		{"input_forget", 3, NULL, "x,w,r",
		 "node 'n' has coupled gates (input_forget), which netc's layers do not"},
		{"clip", 2, NULL, "x,w,r", "node 'n' has a clip, which netc's layers do not"},
		{"hidden_size", 3, NULL, "x,w,r,-,-,-,-,p", "node 'n' has peepholes (P), which netc's layers do not"},
	};
	for (size_t i = 0; i < sizeof cell / sizeof *cell; i++) {
		Text g = {0}, n = node_of("LSTM", "n", cell[i].inputs, "y");
		graph_add_array(&g, "w", "1x4x1");
		graph_add_array(&g, "r", "1x4x1");
		graph_add_array(&g, "p", "1x3");
		put_attribute(&n, cell[i].attribute, cell[i].field, 1, cell[i].s);
		put_message(&g, 1, &n);
		onnx_wrong(&g, cell[i].message);
	}
}
END_TEST

START_TEST(onnx_cut_short)
{
	Case c;
	Text g = {0};
	graph_add_array(&g, "w", "2");
	graph_add_node(&g, "MatMul", "m", "x,w", "z");
	Text file = model_of(&g);
	expect_no_prefix(onnx_parse, &file);
	for (size_t n = 0; n < file.n; n++)
		ck_assert(!onnx_is((const unsigned char *)file.v, n));
	expect_good(&c, onnx_parse, &file);
	ck_assert(!onnx_is((const unsigned char *)"plain text\n", 11));
	case_end(&c);
}
END_TEST

/* NAM. */

#define NAM_LSTM(config, weights) \
	"{\"version\": \"0.5.4\", \"architecture\": \"LSTM\", \"config\": {" config "}, \"weights\": [" weights "]}"
#define NAM_SIZES "\"input_size\": 1, \"hidden_size\": 1, \"num_layers\": 1"
#define NAM_NUMBERS "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13.5, 14, 15, 16"

START_TEST(nam_lstm)
{
	static const char text[] = NAM_LSTM(NAM_SIZES, NAM_NUMBERS);
	Text file = {0};
	Case c;
	text_put(&file, text, sizeof text - 1);
	expect_no_prefix(nam_parse, &file);
	expect_good(&c, nam_parse, &file);
	ck_assert_int_eq(c.table.tensor.n, 7);
	const Tensor *t = get(&c, "lstm.weight_ih_l0");
	ck_assert(t->dim[0] == 4 && t->dim[1] == 1 && t->value[0] == 1 && t->value[3] == 7);
	t = get(&c, "lstm.weight_hh_l0");
	ck_assert(t->dim[0] == 4 && t->dim[1] == 1 && t->value[0] == 2 && t->value[3] == 8);
	t = get(&c, "lstm.bias_l0");
	ck_assert(t->rank == 1 && t->dim[0] == 4 && t->value[0] == 9 && t->value[3] == 12);
	ck_assert(get(&c, "lstm.h_l0")->value[0] == 13.5 && get(&c, "lstm.c_l0")->value[0] == 14);
	t = get(&c, "head.weight");
	ck_assert(t->dim[0] == 1 && t->dim[1] == 1 && t->value[0] == 15);
	ck_assert(get(&c, "head.bias")->value[0] == 16);
	case_end(&c);
}
END_TEST

static const struct {
	const char *text, *message;
} nam_wrong[] = {
	{"{}", "is JSON without an 'architecture' and a 'config', so it is no .nam file"},
	{"[]", "is JSON without an 'architecture' and a 'config', so it is no .nam file"},
	{"{\"architecture\": \"WaveNet\", \"config\": {}}",
	 "is a .nam file of the architecture 'WaveNet'; wanted 'LSTM'"},
	{"{\"architecture\": \"LSTM\", \"config\": {}}", "is a .nam file without a list 'weights'"},
	{NAM_LSTM("\"hidden_size\": 1, \"num_layers\": 1", ""),
	 "the config of the model has no whole number 'input_size'"},
	{NAM_LSTM("\"input_size\": 1, \"hidden_size\": 0, \"num_layers\": 1", ""),
	 "'hidden_size' is 0; wanted 1 to 4096"},
	{NAM_LSTM("\"input_size\": 1, \"hidden_size\": 4097, \"num_layers\": 1", ""),
	 "'hidden_size' is 4097; wanted 1 to 4096"},
	{NAM_LSTM("\"input_size\": 1, \"hidden_size\": 1, \"num_layers\": 1.0", ""),
	 "the config of the model has no whole number 'num_layers'"},
	{NAM_LSTM(NAM_SIZES, "1, 2"), "has 2 weights; an LSTM of 1 layer, 1 => 1, with 1 output has 16"},
	{NAM_LSTM(NAM_SIZES, NAM_NUMBERS ", 17"), "has 17 weights; an LSTM of 1 layer, 1 => 1, with 1 output has 16"},
	{NAM_LSTM(NAM_SIZES, "1, 2, 3, \"4\", 5, 6, 7, 8, 9, 10, 11, 12, 13, null, 15, 16"),
	 "weight 4 is not a number"},
};

/* The rest of the message is the JSON library's. */
START_TEST(nam_bad_json)
{
	static const char *const text[] = {"{", "{\"a\": 1, \"a\": 2}", "{\"a\": nan}", "{} {}"};
	for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
		Case c;
		case_begin(&c);
		ck_assert(!case_parse(&c, nam_parse, text[i], strlen(text[i])));
		ck_assert_ptr_nonnull(strstr(case_said(&c), "begins as a .nam file does, but is not good JSON: "));
		case_end(&c);
	}
}
END_TEST

START_TEST(nam_refuses)
{
	Text file = {0};
	text_put(&file, nam_wrong[_i].text, strlen(nam_wrong[_i].text));
	expect_error(nam_parse, &file, nam_wrong[_i].message);
}
END_TEST

Suite *
suite_readers(void)
{
	Suite *s = suite_create("readers");
	TCase *t = tcase_create("readers");
	tcase_add_test(t, torch_state_dict);
	tcase_add_test(t, torch_newer_instructions);
	tcase_add_loop_test(t, torch_refuses, 0, (int)(sizeof torch_wrong / sizeof *torch_wrong));
	tcase_add_test(t, torch_shared_storage);
	tcase_add_test(t, onnx_names_by_node);
	tcase_add_test(t, onnx_gru_and_directions);
	tcase_add_loop_test(t, onnx_numbers, 0, 12);
	tcase_add_test(t, onnx_unpacked_numbers);
	tcase_add_test(t, onnx_constants);
	tcase_add_test(t, onnx_refuses);
	tcase_add_test(t, onnx_other_cells);
	tcase_add_test(t, onnx_cut_short);
	tcase_add_test(t, nam_lstm);
	tcase_add_test(t, nam_bad_json);
	tcase_add_loop_test(t, nam_refuses, 0, (int)(sizeof nam_wrong / sizeof *nam_wrong));
	suite_add_tcase(s, t);
	return s;
}
