/* test_weights.c: the weight readers and the .npz writer, on files that are built here byte by byte.
 *
 * Each wrong file is checked with its whole message; good files are also tried cut short at every byte. */
#include "case.h"
#include <check.h>
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

Suite *suite_weights(void);

static bool
npy_parse_x(Diag *diag, const char *file, const unsigned char *data, size_t n, TensorTable *out)
{
	return npy_parse(diag, file, "x", data, n, out);
}

static uint64_t
bits_of(double d)
{
	uint64_t bits;
	memcpy(&bits, &d, sizeof bits);
	return bits;
}

/* The table */

START_TEST(table_adds_finds_replaces)
{
	Case c;
	case_begin(&c);
	const int64_t dim[] = {2, 3};
	Tensor *t = tensor_add(&c.table, "W", 2, dim);
	ck_assert_int_eq(t->count, 6);
	for (int i = 0; i < 6; i++)
		ck_assert(bits_of(t->value[i]) == 0);
	t->value[5] = 1;
	for (int i = 0; i < 100; i++)
		tensor_add(&c.table, intern(c.arena, arena_printf(c.arena, "t%d", i)), 1, dim);
	ck_assert_int_eq(c.table.tensor.n, 101);
	ck_assert(get(&c, "W")->value[5] == 1);
	ck_assert_ptr_null(tensor_find(&c.table, "w"));
	tensor_add(&c.table, "W", 0, NULL)->value[0] = 7;
	ck_assert_int_eq(c.table.tensor.n, 101);
	ck_assert_int_eq(get(&c, "W")->rank, 0);
	ck_assert_int_eq(get(&c, "W")->count, 1);
	case_end(&c);
}
END_TEST

START_TEST(shape_text)
{
	Case c;
	case_begin(&c);
	const int64_t dim[] = {10, 15, 0};
	ck_assert_str_eq(tensor_shape_text(c.arena, tensor_add(&c.table, "a", 2, dim)), "(10, 15)");
	ck_assert_str_eq(tensor_shape_text(c.arena, tensor_add(&c.table, "b", 1, dim + 1)), "(15)");
	ck_assert_str_eq(tensor_shape_text(c.arena, tensor_add(&c.table, "c", 0, dim)), "()");
	Tensor *empty = tensor_add(&c.table, "d", 3, dim);
	ck_assert_str_eq(tensor_shape_text(c.arena, empty), "(10, 15, 0)");
	ck_assert_int_eq(empty->count, 0);
	case_end(&c);
}
END_TEST

/* safetensors */

static Text
st_bytes(const char *header, size_t header_n, const void *data, size_t n)
{
	Text t = {0};
	put_le(&t, header_n, 8);
	text_put(&t, header, header_n);
	if (n)
		text_put(&t, data, n);
	return t;
}

static Text
st_file(const char *header, const void *data, size_t n)
{
	return st_bytes(header, strlen(header), data, n);
}

static void
expect_st_error(const char *header, size_t data_n, const char *message)
{
	static const char zero[4096];
	Text t = st_file(header, zero, data_n);
	expect_error(safetensors_parse, &t, message);
}

START_TEST(st_reads)
{
	Case c;
	Text data = {0};
	for (int i = 0; i < 6; i++)
		put_floats(&data, (const float[]){(float)i / 8}, 1);
	put_le(&data, UINT64_C(0x400921fb54442d18), 8);
	Text t = st_file("  {\"__metadata__\":{\"format\":\"pt\"},"
			 "\"pi\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[24,32]},"
			 "\"none\":{\"dtype\":\"F16\",\"shape\":[3,0],\"data_offsets\":[24,24]},"
			 "\"rnn.W\":{\"data_offsets\":[0,24],\"shape\":[2,3],\"dtype\":\"F32\"}}   ",
			 data.v, data.n);
	text_free(&data);
	expect_no_prefix(safetensors_parse, &t);
	expect_good(&c, safetensors_parse, &t);
	ck_assert_int_eq(c.table.tensor.n, 3);
	const Tensor *w = get(&c, "rnn.W");
	ck_assert_str_eq(tensor_shape_text(c.arena, w), "(2, 3)");
	ck_assert_str_eq(w->dtype, "F32");
	ck_assert_str_eq(w->file, "f");
	for (int i = 0; i < 6; i++)
		ck_assert(w->value[i] == i / 8.0);
	ck_assert_int_eq(get(&c, "pi")->rank, 0);
	ck_assert(get(&c, "pi")->value[0] == 3.141592653589793);
	ck_assert_int_eq(get(&c, "none")->count, 0);
	case_end(&c);
}
END_TEST

START_TEST(st_reads_no_tensors)
{
	Case c;
	Text t = st_file("{}", "", 0);
	expect_good(&c, safetensors_parse, &t);
	ck_assert_int_eq(c.table.tensor.n, 0);
	case_end(&c);
}
END_TEST

/* One element of each dtype: its bytes and its value, or a message. */
static const struct {
	const char *dtype;
	int size;
	uint64_t bits;
	double value;
	const char *error;
} elements[] = {
	{"F64", 8, 0x8000000000000001, -4.9406564584124654e-324, NULL},
	{"F32", 4, 0x00000001, 1.4012984643248171e-45, NULL},
	{"F32", 4, 0xff800000, -INFINITY, NULL},
	{"F32", 4, 0x3dcccccd, 0.10000000149011612, NULL},
	{"I64", 8, 0xffffffffffffffff, -1, NULL},
	{"I64", 8, 0x0020000000000000, 9007199254740992.0, NULL},
	{"I64", 8, 0xffe0000000000000, -9007199254740992.0, NULL},
	{"I64", 8, 0x0020000000000001, 0,
	 "element 0 of tensor 'x' (I64) lies beyond 2^53, where whole numbers are not exact"},
	{"I64", 8, 0x8000000000000000, 0,
	 "element 0 of tensor 'x' (I64) lies beyond 2^53, where whole numbers are not exact"},
	{"U64", 8, 0x0020000000000000, 9007199254740992.0, NULL},
	{"U64", 8, 0xffffffffffffffff, 0,
	 "element 0 of tensor 'x' (U64) lies beyond 2^53, where whole numbers are not exact"},
	{"I32", 4, 0x80000000, -2147483648.0, NULL},
	{"U32", 4, 0x80000000, 2147483648.0, NULL},
	{"I16", 2, 0xfffe, -2, NULL},
	{"U16", 2, 0xfffe, 65534, NULL},
	{"I8", 1, 0x80, -128, NULL},
	{"U8", 1, 0x80, 128, NULL},
	{"BOOL", 1, 1, 1, NULL},
	{"BOOL", 1, 2, 0, "element 0 of tensor 'x' is neither 0 nor 1, but its dtype is BOOL"},
};

START_TEST(st_reads_dtype)
{
	Case c;
	Text data = {0}, header = {0};
	put_le(&data, elements[_i].bits, elements[_i].size);
	text_add(&header, "{\"x\":{\"dtype\":\"%s\",\"shape\":[1],\"data_offsets\":[0,%d]}}", elements[_i].dtype,
		 elements[_i].size);
	Text t = st_file(header.v, data.v, data.n);
	text_free(&header);
	text_free(&data);
	if (elements[_i].error) {
		expect_error(safetensors_parse, &t, elements[_i].error);
		return;
	}
	expect_good(&c, safetensors_parse, &t);
	ck_assert(bits_of(get(&c, "x")->value[0]) == bits_of(elements[_i].value));
	ck_assert_str_eq(get(&c, "x")->dtype, elements[_i].dtype);
	case_end(&c);
}
END_TEST

/* A float of 1 sign bit and the given exponent and fraction bits, by its definition. */
static double
small_float(unsigned bits, int exponent_bits, int fraction_bits)
{
	int bias = (1 << (exponent_bits - 1)) - 1, top = (1 << exponent_bits) - 1;
	int exponent = (int)(bits >> fraction_bits) & top, fraction = (int)(bits & ((1u << fraction_bits) - 1));
	double v = ldexp(fraction, 1 - bias - fraction_bits);
	if (exponent == top)
		v = fraction ? (double)NAN : INFINITY;
	else if (exponent > 0)
		v = ldexp(1 + ldexp(fraction, -fraction_bits), exponent - bias);
	return bits >> (exponent_bits + fraction_bits) & 1 ? -v : v;
}

static void
check_all_16_bits(const char *dtype, int exponent_bits, int fraction_bits)
{
	Case c;
	Text data = {0}, header = {0};
	for (unsigned i = 0; i < 65536; i++)
		put_le(&data, i, 2);
	text_add(&header, "{\"x\":{\"dtype\":\"%s\",\"shape\":[65536],\"data_offsets\":[0,131072]}}", dtype);
	Text t = st_file(header.v, data.v, data.n);
	text_free(&header);
	text_free(&data);
	expect_good(&c, safetensors_parse, &t);
	for (unsigned i = 0; i < 65536; i++) {
		double got = get(&c, "x")->value[i], want = small_float(i, exponent_bits, fraction_bits);
		if (isnan(want))
			ck_assert_msg(isnan(got), "%s %04x", dtype, i);
		else
			ck_assert_msg(bits_of(got) == bits_of(want), "%s %04x: %a, wanted %a", dtype, i, got, want);
	}
	case_end(&c);
}

START_TEST(st_reads_every_half)
{
	check_all_16_bits("F16", 5, 10);
	check_all_16_bits("BF16", 8, 7);
}
END_TEST

#define X(dtype, shape, offsets) "{\"x\":{\"dtype\":" dtype ",\"shape\":" shape ",\"data_offsets\":" offsets "}}"
#define T(name, offsets) "\"" name "\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":" offsets "}"

static const struct {
	const char *header;
	size_t data_n;
	const char *message;
} st_wrong[] = {
	{"", 0, "is no .safetensors file: its header does not begin with '{'"},
	{"    ", 0, "is no .safetensors file: its header does not begin with '{'"},
	{"[1]", 0, "is no .safetensors file: its header does not begin with '{'"},
	{"{", 0, "the header is not good JSON: string or '}' expected near end of file (line 1, column 1)"},
	{"{} {}", 0, "the header is not good JSON: end of file expected near '{' (line 1, column 4)"},
	{"{\"a\":{},\"a\":{}}", 0,
	 "the header is not good JSON: duplicate object key near '\"a\"' (line 1, column 11)"},
	{"{\"\\u0000\":{}}", 0,
	 "the header is not good JSON: NUL byte in object key not supported near '\"\\u0000\"' "
	 "(line 1, column 9)"},
	{"{\"x\":1}", 0, "tensor 'x' is an integer; wanted an object"},
	{"{\"x\":{}}", 0,
	 "tensor 'x' lacks the key 'dtype'\ntensor 'x' lacks the key 'shape'\n"
	 "tensor 'x' lacks the key 'data_offsets'"},
	{"{\"x\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4],\"stride\":1}}", 4,
	 "tensor 'x' has the key 'stride'; wanted 'dtype', 'shape' and 'data_offsets'"},
	{X("\"F8_E4M3\"", "[4]", "[0,4]"), 4, "dtype 'F8_E4M3' of 'x' is not read; wanted F32, F64, F16 or BF16"},
	{X("32", "[4]", "[0,4]"), 4, "the dtype of tensor 'x' is an integer; wanted a string such as \"F32\""},
	{X("\"F32\"", "1", "[0,4]"), 4, "the shape of tensor 'x' is an integer; wanted a list"},
	{X("\"F32\"", "[1.0]", "[0,4]"), 4,
	 "dimension 1 of tensor 'x' is a number with a fraction; wanted a whole number"},
	{X("\"F32\"", "[1,-1]", "[0,4]"), 4, "dimension 2 of tensor 'x' is -1; wanted 0 or more"},
	{X("\"F32\"", "[1,1,1,1,1,1,1,1,1]", "[0,4]"), 4, "tensor 'x' has 9 dimensions; at most 8 are read"},
	{X("\"F32\"", "[99999999999999999999]", "[0,4]"), 4,
	 "the header is not good JSON: too big integer near '99999999999999999999' (line 1, column 49)"},
	{X("\"U8\"", "[4294967296,4294967296]", "[0,4]"), 4,
	 "the shape (4294967296, 4294967296) of tensor 'x' is too large"},
	{X("\"U8\"", "[4294967296,4294967296,0]", "[0,0]"), 0,
	 "the shape (4294967296, 4294967296, 0) of tensor 'x' is too large"},
	{X("\"U8\"", "[4611686018427387904,0]", "[0,0]"), 0,
	 "the shape (4611686018427387904, 0) of tensor 'x' is too large"},
	{X("\"F32\"", "[2,3]", "[0,20]"), 20, "tensor 'x' (F32, shape (2, 3)) needs 24 bytes but has 20"},
	{X("\"F32\"", "[5]", "[0]"), 20, "the data_offsets of tensor 'x' are not a list of two whole numbers"},
	{X("\"F32\"", "[5]", "[0,20,20]"), 20, "the data_offsets of tensor 'x' are not a list of two whole numbers"},
	{X("\"F32\"", "[5]", "{}"), 20, "the data_offsets of tensor 'x' are not a list of two whole numbers"},
	{X("\"F32\"", "[5]", "[0,20.0]"), 20, "the data_offsets of tensor 'x' are not a list of two whole numbers"},
	{X("\"F32\"", "[5]", "[20,0]"), 20, "tensor 'x' goes from byte 20 to byte 0"},
	{X("\"F32\"", "[5]", "[-20,0]"), 20, "tensor 'x' goes from byte -20 to byte 0"},
	{X("\"F32\"", "[203]", "[0,812]"), 800, "tensor 'x' ends at byte 812 but the data are 800 bytes long"},
	{X("\"F32\"", "[5]", "[0,20]"), 24, "the tensors end at byte 20 but the data are 24 bytes long"},
	{"{" T("a", "[0,4]") "," T("b", "[8,12]") "}", 12,
	 "bytes 4 to 8 of the data, before tensor 'b', belong to no tensor"},
	{"{" T("b", "[2,6]") "," T("a", "[0,4]") "}", 6, "tensor 'b' begins at byte 2, inside tensor 'a'"},
	{"{" T("a", "[0,4]") "," T("b", "[0,4]") "}", 4, "tensor 'b' begins at byte 0, inside tensor 'a'"},
	{"{" T("", "[0,4]") "}", 4, "a tensor has an empty name"},
	{"{" T("a\\u001b[31m", "[0,4]") "}", 4, "the name of tensor 'a\\x1b[31m' holds a control character"},
	{"{" T("a\\u0085", "[0,4]") "}", 4, "the name of tensor 'a\\u0085' holds a control character"},
	{"{" T("a\\u202e", "[0,4]") "}", 4, "the name of tensor 'a\\u202e' holds a control character"},
	{"{" T("a\xff", "[0,4]") "}", 4,
	 "the header is not good JSON: unable to decode byte 0xff near '\"a' (line 1, column 3)"},
	{"{\"__metadata__\":{\"a\":1,\"b\":\"\",\"c\":null}}", 0,
	 "'a' in '__metadata__' is an integer; wanted a string\n'c' in '__metadata__' is null; wanted a string"},
	{"{\"__metadata__\":[]}", 0, "'__metadata__' is a list; wanted an object"},
	/* Independent mistakes are all told. */
	{"{" T("a", "[0,5]") ",\"b\":{\"dtype\":\"Q\",\"shape\":[2],\"data_offsets\":[5,7]}," T("c", "[7,99]") "}", 7,
	 "tensor 'a' (U8, shape (4)) needs 4 bytes but has 5\n"
	 "dtype 'Q' of 'b' is not read; wanted F32, F64, F16 or BF16\n"
	 "tensor 'c' ends at byte 99 but the data are 7 bytes long"},
};

START_TEST(st_refuses)
{
	expect_st_error(st_wrong[_i].header, st_wrong[_i].data_n, st_wrong[_i].message);
}
END_TEST

START_TEST(st_refuses_lengths)
{
	Text t = {0};
	put_le(&t, 1, 4);
	expect_error(safetensors_parse, &t,
		     "is truncated: 4 bytes, but a .safetensors file begins with 8 bytes of length");
	put_le(&t, 9, 8);
	text_put(&t, "{}", 2);
	expect_error(safetensors_parse, &t, "is truncated: its header should be 9 bytes long, but 2 are left");
	put_le(&t, UINT64_MAX, 8);
	text_put(&t, "{}", 2);
	expect_error(safetensors_parse, &t,
		     "its header should be 18446744073709551615 bytes long; a .safetensors file has at most 104857600");
}
END_TEST

START_TEST(st_refuses_deep_json)
{
	Text header = {0};
	text_put(&header, "{\"a\":", 5);
	for (int i = 0; i < 100000; i++)
		text_put(&header, "[", 1);
	Text t = st_bytes(header.v, header.n, "", 0);
	text_free(&header);
	expect_error(safetensors_parse, &t,
		     "the header is not good JSON: maximum parsing depth reached near '[' (line 1, column 2053)");
}
END_TEST

/* Few bytes that would become much memory. */
START_TEST(st_refuses_many_values)
{
	Text header = {0};
	text_put(&header, "{\"a\":[", 6);
	for (int i = 0; i < 1 << 22; i++)
		text_put(&header, "{},", 3);
	Text t = st_bytes(header.v, header.n, "", 0);
	text_free(&header);
	expect_error(safetensors_parse, &t, "its header holds more than 4194304 values, the most that are read");
}
END_TEST

START_TEST(st_refuses_long_name)
{
	Text header = {0};
	text_put(&header, "{\"", 2);
	for (int i = 0; i < 1025; i++)
		text_put(&header, "n", 1);
	text_add(&header, "%s", "\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}");
	Text t = st_file(header.v, "", 0);
	text_free(&header);
	expect_error(
		safetensors_parse, &t,
		"the name of tensor 'nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
		"nnnnnnnnnnnnnnnnnnn…' is 1025 bytes long; at most 1024 are allowed");
}
END_TEST

/* A table keeps what it had when a later file is bad, and takes the later value when it is good. */
START_TEST(later_file_wins)
{
	Case c;
	case_begin(&c);
	Text one = st_file("{" T("a", "[0,4]") "," T("b", "[4,8]") "}", "\1\1\1\1\2\2\2\2", 8);
	Text two = st_file("{" T("c", "[0,4]") "," T("a", "[4,8]") "}", "\3\3\3\3\4\4\4\4", 8);
	Text bad = st_file("{" T("a", "[0,4]") "," T("d", "[4,9]") "}", "\5\5\5\5\6\6\6\6", 8);
	ck_assert(case_parse(&c, safetensors_parse, one.v, one.n));
	ck_assert(case_parse(&c, safetensors_parse, two.v, two.n));
	ck_assert(!case_parse(&c, safetensors_parse, bad.v, bad.n));
	ck_assert_int_eq(c.table.tensor.n, 3);
	ck_assert(get(&c, "a")->value[3] == 4);
	ck_assert(get(&c, "b")->value[0] == 2);
	ck_assert(get(&c, "c")->value[0] == 3);
	text_free(&one);
	text_free(&two);
	text_free(&bad);
	case_end(&c);
}
END_TEST

/* npy */

static Text
npy_file(int version, const char *header, const void *data, size_t n)
{
	Text t = {0};
	text_put(&t, "\x93NUMPY", 6);
	put_le(&t, (uint64_t)version, 2);
	put_le(&t, strlen(header), version == 1 ? 2 : 4);
	text_put(&t, header, strlen(header));
	if (n)
		text_put(&t, data, n);
	return t;
}

#define D(descr, order, shape) "{'descr': " descr ", 'fortran_order': " order ", 'shape': " shape ", }          \n"

static const struct {
	int version;
	const char *header;
	size_t data_n;
	const char *data, *dtype, *shape;
	double last;
} npy_right[] = {
	{1, D("'<f4'", "False", "(2, 1)"), 8, "\0\0\0\0\0\0\xc0\x3f", "F32", "(2, 1)", 1.5},
	{2, D("'>f4'", "False", "(2,)"), 8, "\0\0\0\0\x3f\xc0\0\0", "F32", "(2)", 1.5},
	{3, D("'=f4'", "False", "()"), 4, "\0\0\xc0\x3f", "F32", "()", 1.5},
	{1, D("'f4'", "True", "()"), 4, "\0\0\xc0\x3f", "F32", "()", 1.5},
	{1, D("'<f8'", "False", "(1L, 1L)"), 8, "\0\0\0\0\0\0\xf8\x3f", "F64", "(1, 1)", 1.5},
	{1, D("'>f8'", "False", "(1,1,)"), 8, "\x3f\xf8\0\0\0\0\0\0", "F64", "(1, 1)", 1.5},
	{1, D("'<f2'", "False", "(1,)"), 2, "\0\x3e", "F16", "(1)", 1.5},
	{1, D("'>f2'", "False", "(1,)"), 2, "\x3e\0", "F16", "(1)", 1.5},
	{1, D("'|b1'", "False", "(2,)"), 2, "\0\1", "BOOL", "(2)", 1},
	{1, D("'|u1'", "False", "(1,)"), 1, "\xff", "U8", "(1)", 255},
	{1, D("'|i1'", "False", "(1,)"), 1, "\xff", "I8", "(1)", -1},
	{1, D("'<i2'", "False", "(1,)"), 2, "\xfe\xff", "I16", "(1)", -2},
	{1, D("'>u2'", "False", "(1,)"), 2, "\xff\xfe", "U16", "(1)", 65534},
	{1, D("'>i4'", "False", "(1,)"), 4, "\xff\xff\xff\xfe", "I32", "(1)", -2},
	{1, D("'<u4'", "False", "(1,)"), 4, "\xfe\xff\xff\xff", "U32", "(1)", 4294967294.0},
	{1, D("'>i8'", "False", "(1,)"), 8, "\xff\xff\xff\xff\xff\xff\xff\xfe", "I64", "(1)", -2},
	{1, D("'<u8'", "False", "(1,)"), 8, "\2\0\0\0\0\0\0\0", "U64", "(1)", 2},
	{1, "{\"shape\":(1,),\"fortran_order\":False,\"descr\":\"|u1\"}", 1, "\7", "U8", "(1)", 7},
	{1, "\t{ 'shape' : ( 1 , 1 ) , 'descr':'|u1' ,\n 'fortran_order' : True }", 1, "\7", "U8", "(1, 1)", 7},
	{1, D("'<f4'", "False", "(1, 1, 1, 1, 1, 1, 1, 1)"), 4, "\0\0\xc0\x3f", "F32", "(1, 1, 1, 1, 1, 1, 1, 1)", 1.5},
};

START_TEST(npy_reads)
{
	Case c;
	Text t = npy_file(npy_right[_i].version, npy_right[_i].header, npy_right[_i].data, npy_right[_i].data_n);
	expect_no_prefix(npy_parse_x, &t);
	expect_good(&c, npy_parse_x, &t);
	const Tensor *x = get(&c, "x");
	ck_assert_str_eq(x->dtype, npy_right[_i].dtype);
	ck_assert_str_eq(tensor_shape_text(c.arena, x), npy_right[_i].shape);
	ck_assert(x->value[x->count - 1] == npy_right[_i].last);
	case_end(&c);
}
END_TEST

START_TEST(npy_reads_empty)
{
	Case c;
	Text t = npy_file(1, D("'<f4'", "True", "(0, 3)"), "", 0);
	expect_good(&c, npy_parse_x, &t);
	ck_assert_int_eq(get(&c, "x")->count, 0);
	case_end(&c);
}
END_TEST

/* Element (i, j, k) of a 2×3×4 array is 100 i + 10 j + k, stored with i fastest. */
START_TEST(npy_transposes_fortran_order)
{
	Case c;
	Text data = {0};
	for (int k = 0; k < 4; k++)
		for (int j = 0; j < 3; j++)
			for (int i = 0; i < 2; i++)
				put_le(&data, 100 * (uint64_t)i + 10 * (uint64_t)j + (uint64_t)k, 2);
	Text t = npy_file(1, D("'<i2'", "True", "(2, 3, 4)"), data.v, data.n);
	text_free(&data);
	expect_good(&c, npy_parse_x, &t);
	for (int i = 0; i < 2; i++)
		for (int j = 0; j < 3; j++)
			for (int k = 0; k < 4; k++)
				ck_assert(get(&c, "x")->value[(i * 3 + j) * 4 + k] == 100 * i + 10 * j + k);
	case_end(&c);
}
END_TEST

START_TEST(npy_places_a_bad_element_in_fortran_order)
{
	Text t = npy_file(1, D("'|b1'", "True", "(2, 2)"), "\1\0\2\1", 4);
	expect_error(npy_parse_x, &t, "element 1 of tensor 'x' is neither 0 nor 1, but its dtype is BOOL");
}
END_TEST

static const struct {
	const char *header;
	size_t data_n;
	const char *message;
} npy_wrong[] = {
	{"", 0, "the header of 'x' has its end at byte 0, wanted '{'"},
	{"[1]", 0, "the header of 'x' has '[' at byte 0, wanted '{'"},
	{"{", 0, "the header of 'x' has its end at byte 1, wanted a key in quotes or '}'"},
	{"{}", 0, "the header of 'x' lacks the key 'descr'"},
	{"{'descr': '<f4', 'shape': ()}", 4, "the header of 'x' lacks the key 'fortran_order'"},
	{"{'descr': '<f4', 'fortran_order': False}", 4, "the header of 'x' lacks the key 'shape'"},
	{"{'descr': '<f4', 'descr': '<f4'}", 4, "the header of 'x' has the key 'descr' twice"},
	{"{'align': 1}", 4, "the header of 'x' has the key 'align'; wanted 'descr', 'fortran_order' and 'shape'"},
	{"{'descr' '<f4'}", 4, "the header of 'x' has ''' at byte 9, wanted ':'"},
	{"{'descr': '<f4' 'shape': ()}", 4, "the header of 'x' has ''' at byte 16, wanted ',' or '}'"},
	{"{'descr': '<f4", 4, "the header of 'x' has ''' at byte 10, wanted a dtype such as '<f4'"},
	{"{'descr': 1}", 4, "the header of 'x' has '1' at byte 10, wanted a dtype such as '<f4'"},
	{"{'fortran_order': 0}", 4, "the header of 'x' has '0' at byte 18, wanted True or False"},
	{"{'shape': 3}", 4, "the header of 'x' has '3' at byte 10, wanted '(' of a shape"},
	{"{'shape': (3)}", 4, "the header of 'x' has ')' at byte 12, wanted ',' between the numbers of a shape"},
	{"{'shape': (3 4)}", 4, "the header of 'x' has '4' at byte 13, wanted ',' between the numbers of a shape"},
	{"{'shape': (,)}", 4, "the header of 'x' has ',' at byte 11, wanted a whole number or ')'"},
	{"{'shape': (-1,)}", 4, "the header of 'x' has '-' at byte 11, wanted a whole number or ')'"},
	{"{'shape': (3,", 4, "the header of 'x' has its end at byte 13, wanted a whole number or ')'"},
	{"{'shape': (99999999999999999999,)}", 4, "the shape of 'x' holds a number that is too large"},
	{"{'shape': (1,1,1,1,1,1,1,1,1)}", 4, "'x' has more than 8 dimensions"},
	{D("'<f4'", "False", "()") "x", 4, "the header of 'x' has 'x' at byte 66, wanted nothing after '}'"},
	{D("'<f4'", "False", "(4294967296, 4294967296)"), 4, "the shape of 'x' is too large"},
	{D("'|u1'", "False", "(4294967296, 4294967296, 0)"), 0, "the shape of 'x' is too large"},
	{D("'<f4'", "False", "(3,)"), 11, "'x' is truncated: its data are 11 bytes long, but its shape needs 12"},
	{D("'<f4'", "False", "(3,)"), 13, "'x' is too long: its data are 13 bytes long, but its shape needs 12"},
	{D("'|O'", "False", "()"), 8,
	 "dtype '|O' of 'x' is not read (Python objects); wanted float, integer or bool, such as '<f4'"},
	{D("'<U3'", "False", "()"), 12,
	 "dtype '<U3' of 'x' is not read (text); wanted float, integer or bool, such as '<f4'"},
	{D("'|S3'", "False", "()"), 3,
	 "dtype '|S3' of 'x' is not read (byte strings); wanted float, integer or bool, such as '<f4'"},
	{D("'<c8'", "False", "()"), 8,
	 "dtype '<c8' of 'x' is not read (complex numbers); wanted float, integer or bool, such as '<f4'"},
	{D("'<M8[ns]'", "False", "()"), 8,
	 "dtype '<M8[ns]' of 'x' is not read (dates); wanted float, integer or bool, such as '<f4'"},
	{D("'|V2'", "False", "()"), 2,
	 "dtype '|V2' of 'x' is not read (raw bytes: a bfloat16 array is saved so; save it as float32); "
	 "wanted float, integer or bool, such as '<f4'"},
	{D("'<f16'", "False", "()"), 16,
	 "dtype '<f16' of 'x' is not read; wanted float, integer or bool, such as '<f4'"},
	{D("'|f4'", "False", "()"), 4, "dtype '|f4' of 'x' is not read; wanted float, integer or bool, such as '<f4'"},
	{D("'<f1'", "False", "()"), 1, "dtype '<f1' of 'x' is not read; wanted float, integer or bool, such as '<f4'"},
	{D("''", "False", "()"), 1, "dtype '' of 'x' is not read; wanted float, integer or bool, such as '<f4'"},
	{D("[('a', '<f4')]", "False", "()"), 4, "'x' has a structured dtype; wanted plain numbers, such as '<f4'"},
	{D("('<f4', (2,))", "False", "()"), 8, "'x' has a structured dtype; wanted plain numbers, such as '<f4'"},
};

START_TEST(npy_refuses)
{
	static const char zero[64];
	Text t = npy_file(1, npy_wrong[_i].header, zero, npy_wrong[_i].data_n);
	expect_error(npy_parse_x, &t, npy_wrong[_i].message);
}
END_TEST

START_TEST(npy_refuses_versions)
{
	Text t = npy_file(4, "", "", 0);
	expect_error(npy_parse_x, &t, "'x' has .npy version 4.0; wanted 1.0, 2.0 or 3.0");
	t = npy_file(0x101, "", "", 0);
	expect_error(npy_parse_x, &t, "'x' has .npy version 1.1; wanted 1.0, 2.0 or 3.0");
	text_put(&t, "NUMPY", 5);
	expect_error(npy_parse_x, &t, "'x' is not an array: it does not begin with \\x93NUMPY");
}
END_TEST

/* npz */

typedef struct {
	const char *name;
	Text npy;
	bool deflated, zip64, described; /* zip64 fields, a data descriptor */
	bool far;                        /* the offset alone is a zip64 field */
	int flags, disk;
	/* Lies: what is told in place of the truth, if not 0. */
	int method, local_method;
	uint32_t crc, packed, size, header, local_signature;
	const char *local_name;
} Part;

static void
deflate_bytes(Text *out, const Text *in)
{
	z_stream s = {0};
	unsigned char *buffer = malloc(in->n + 1000);
	ck_assert_ptr_nonnull(buffer);
	ck_assert_int_eq(deflateInit2(&s, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY), Z_OK);
	s.next_in = (unsigned char *)in->v;
	s.avail_in = (uInt)in->n;
	s.next_out = buffer;
	s.avail_out = (uInt)in->n + 1000;
	ck_assert_int_eq(deflate(&s, Z_FINISH), Z_STREAM_END);
	text_put(out, (char *)buffer, s.total_out);
	deflateEnd(&s);
	free(buffer);
}

typedef struct {
	uint64_t packed, size, header;
	uint32_t crc;
	int method;
} Told;

static Told
part_put(Text *zip, const Part *p)
{
	Text packed = {0};
	Told told = {.header = zip->n, .size = p->npy.n, .method = p->deflated ? 8 : 0};
	if (p->deflated)
		deflate_bytes(&packed, &p->npy);
	else if (p->npy.n)
		text_put(&packed, p->npy.v, p->npy.n);
	told.packed = packed.n;
	told.crc = (uint32_t)crc32(0, (unsigned char *)p->npy.v, (uInt)p->npy.n);
	const char *name = p->local_name ? p->local_name : p->name;
	put_le(zip, p->local_signature ? p->local_signature : 0x04034b50, 4);
	put_le(zip, p->zip64 ? 45 : 20, 2);
	put_le(zip, (uint64_t)(p->flags | (p->described ? 8 : 0)), 2);
	put_le(zip, (uint64_t)(p->local_method ? p->local_method : p->method ? p->method : told.method), 2);
	put_le(zip, 0x210000, 4);
	put_le(zip, p->described ? 0 : told.crc, 4);
	put_le(zip, p->zip64 ? UINT32_MAX : p->described ? 0 : told.packed, 4);
	put_le(zip, p->zip64 ? UINT32_MAX : p->described ? 0 : told.size, 4);
	put_le(zip, strlen(name), 2);
	put_le(zip, p->zip64 ? 20 : 0, 2);
	text_put(zip, name, strlen(name));
	if (p->zip64) {
		put_le(zip, 1, 2);
		put_le(zip, 16, 2);
		put_le(zip, told.size, 8);
		put_le(zip, told.packed, 8);
	}
	if (packed.n)
		text_put(zip, packed.v, packed.n);
	text_free(&packed);
	if (p->described) {
		put_le(zip, 0x08074b50, 4);
		put_le(zip, told.crc, 4);
		put_le(zip, told.packed, p->zip64 ? 8 : 4);
		put_le(zip, told.size, p->zip64 ? 8 : 4);
	}
	return told;
}

static void
directory_put(Text *zip, const Part *p, const Told *told)
{
	uint64_t size = p->size ? p->size : told->size, packed = p->packed ? p->packed : told->packed;
	uint64_t header = p->header ? p->header : told->header;
	put_le(zip, 0x02014b50, 4);
	put_le(zip, 0x2d002d, 4);
	put_le(zip, (uint64_t)(p->flags | (p->described ? 8 : 0)), 2);
	put_le(zip, (uint64_t)(p->method ? p->method : told->method), 2);
	put_le(zip, 0x210000, 4);
	put_le(zip, p->crc ? p->crc : told->crc, 4);
	put_le(zip, p->zip64 ? UINT32_MAX : packed, 4);
	put_le(zip, p->zip64 ? UINT32_MAX : size, 4);
	put_le(zip, strlen(p->name), 2);
	put_le(zip, p->zip64 ? 34 : p->far ? 12 : 0, 2);
	put_le(zip, 0, 2);
	put_le(zip, (uint64_t)p->disk, 2);
	put_le(zip, 0, 6);
	put_le(zip, p->zip64 || p->far ? UINT32_MAX : header, 4);
	text_put(zip, p->name, strlen(p->name));
	if (p->far) {
		put_le(zip, 1, 2);
		put_le(zip, 8, 2);
		put_le(zip, header, 8);
	}
	if (p->zip64) {
		put_le(zip, 0xcafe, 2); /* a field that is skipped */
		put_le(zip, 2, 2);
		put_le(zip, 0, 2);
		put_le(zip, 1, 2);
		put_le(zip, 24, 2);
		put_le(zip, size, 8);
		put_le(zip, packed, 8);
		put_le(zip, header, 8);
	}
}

/* Frees the arrays in the parts. */
static Text
npz_file(Part *part, int n, bool zip64, const char *comment)
{
	Text zip = {0};
	Told told[8];
	ck_assert_int_le(n, 8);
	for (int i = 0; i < n; i++)
		told[i] = part_put(&zip, &part[i]);
	size_t directory = zip.n;
	for (int i = 0; i < n; i++) {
		directory_put(&zip, &part[i], &told[i]);
		text_free(&part[i].npy);
	}
	size_t end = zip.n;
	if (zip64) {
		put_le(&zip, 0x06064b50, 4);
		put_le(&zip, 44, 8);
		put_le(&zip, 0x2d002d, 4);
		put_le(&zip, 0, 8);
		put_le(&zip, (uint64_t)n, 8);
		put_le(&zip, (uint64_t)n, 8);
		put_le(&zip, end - directory, 8);
		put_le(&zip, directory, 8);
		put_le(&zip, 0x07064b50, 4);
		put_le(&zip, 0, 4);
		put_le(&zip, end, 8);
		put_le(&zip, 1, 4);
	}
	put_le(&zip, 0x06054b50, 4);
	put_le(&zip, 0, 4);
	put_le(&zip, zip64 ? UINT16_MAX : (uint64_t)n, 2);
	put_le(&zip, zip64 ? UINT16_MAX : (uint64_t)n, 2);
	put_le(&zip, zip64 ? UINT32_MAX : end - directory, 4);
	put_le(&zip, zip64 ? UINT32_MAX : directory, 4);
	put_le(&zip, strlen(comment), 2);
	if (*comment)
		text_put(&zip, comment, strlen(comment));
	return zip;
}

static Text
npy_bytes(const char *bytes)
{
	Text header = {0};
	text_add(&header, "{'descr': '|u1', 'fortran_order': False, 'shape': (%d,), }\n", (int)strlen(bytes));
	Text t = npy_file(1, header.v, bytes, strlen(bytes));
	text_free(&header);
	return t;
}

START_TEST(npz_reads)
{
	Case c;
	Part part[] = {{.name = "a.npy", .npy = npy_bytes("\1\2\3")},
		       {.name = "rnn/W.npy", .npy = npy_bytes("\4\4\4\4\4\4\4\5"), .deflated = true},
		       {.name = "σ.npy", .npy = npy_bytes("\6"), .flags = 1 << 11, .zip64 = true},
		       {.name = "d.npy", .npy = npy_bytes("\7"), .described = true, .far = true},
		       {.name = "e.npy", .npy = npy_bytes("\10"), .described = true, .deflated = true, .zip64 = true}};
	Text t = npz_file(part, COUNT(part), _i & 1, _i & 2 ? "a comment with PK\5\6 in it, longer than an end" : "");
	expect_no_prefix(npz_parse, &t);
	expect_good(&c, npz_parse, &t);
	ck_assert_int_eq(c.table.tensor.n, 5);
	ck_assert(get(&c, "a")->value[2] == 3);
	ck_assert(get(&c, "rnn/W")->count == 8 && get(&c, "rnn/W")->value[7] == 5);
	ck_assert(get(&c, "σ")->value[0] == 6);
	ck_assert(get(&c, "d")->value[0] == 7);
	ck_assert(get(&c, "e")->value[0] == 8);
	case_end(&c);
}
END_TEST

START_TEST(npz_reads_no_members)
{
	Case c;
	Text t = npz_file(NULL, 0, false, "");
	expect_good(&c, npz_parse, &t);
	ck_assert_int_eq(c.table.tensor.n, 0);
	case_end(&c);
}
END_TEST

/* Two members; the second is wrong. Its array is of 69 bytes, its header at byte 105. */
static const struct {
	Part part;
	const char *message;
} npz_wrong[] = {
	{{.name = "b.txt"}, "member 'b.txt' is not an array: its name does not end in .npy"},
	{{.name = "b/"}, "member 'b/' is not an array: its name does not end in .npy"},
	{{.name = ".npy"}, "a tensor has an empty name"},
	{{.name = "a.npy"}, "has two members called 'a.npy'"},
	{{.name = "b\n.npy"}, "the name of tensor 'b\\x0a.npy' holds a control character"},
	{{.name = "b\xff.npy"}, "the name of tensor 'b\\xff.npy' is not UTF-8"},
	{{.name = "b.npy", .flags = 1}, "member 'b.npy' is encrypted"},
	{{.name = "b.npy", .method = 12},
	 "member 'b.npy' is compressed by method 12; wanted 0 (stored) or 8 (deflated)"},
	{{.name = "b.npy", .disk = 1}, "member 'b.npy' lies in another part of a zip file in several parts"},
	{{.name = "b.npy", .crc = 0xbad}, "member 'b.npy' is damaged: its checksum is 1c6133ab, wanted 00000bad"},
	{{.name = "b.npy", .size = 9}, "member 'b.npy' is stored, but says 69 bytes in the file and 9 outside"},
	{{.name = "b.npy", .size = 9, .packed = 9},
	 "member 'b.npy' is damaged: its checksum is a2f5594e, wanted 1c6133ab"},
	{{.name = "b.npy", .size = 999, .packed = 999}, "member 'b.npy' is 999 bytes long, more than the file has"},
	{{.name = "b.npy", .deflated = true, .size = 7}, "member 'b.npy' goes on after the 7 bytes it declares"},
	{{.name = "b.npy", .deflated = true, .size = 99},
	 "member 'b.npy' inflates to fewer than the 99 bytes it declares"},
	{{.name = "b.npy", .deflated = true, .packed = 9}, "the deflated data of member 'b.npy' are damaged"},
	{{.name = "b.npy", .deflated = true, .size = 1 << 30},
	 "member 'b.npy' says it inflates from 66 to 1073741824 bytes, which deflate cannot do"},
	{{.name = "b.npy", .deflated = true, .local_method = 99},
	 "member 'b.npy' has method 8 in the zip directory but 99 in its own header"},
	{{.name = "b.npy", .header = 999}, "member 'b.npy' lies beyond the end of the file"},
	{{.name = "b.npy", .header = 200}, "member 'b.npy' lies beyond the end of the file"},
	{{.name = "b.npy", .header = 1}, "member 'b.npy' has no header at byte 1"},
	{{.name = "b.npy", .local_signature = 1}, "member 'b.npy' has no header at byte 105"},
	{{.name = "b.npy", .local_name = "c.npy"}, "member 'b.npy' is called 'c.npy' in its own header"},
	{{.name = "m/data.pkl"}, "member 'm/data.pkl' is not an array: its name does not end in .npy"},
	{{.name = "model.weights.h5"},
	 "is not a .safetensors, .npz, .npy, .pt, .onnx or .nam file (a Keras .keras file: save with "
	 "np.savez, see docs/weights.md)"},
};

START_TEST(npz_refuses)
{
	Part part[] = {{.name = "a.npy", .npy = npy_bytes("\1\2")}, npz_wrong[_i].part};
	part[1].npy = npy_bytes("\3");
	Text t = npz_file(part, 2, false, "");
	expect_error(npz_parse, &t, npz_wrong[_i].message);
}
END_TEST

START_TEST(npz_refuses_a_wrong_count)
{
	Part part[] = {{.name = "a.npy", .npy = npy_bytes("\1")}, {.name = "b.npy", .npy = npy_bytes("\2")}};
	Text t = npz_file(part, 2, false, "");
	t.v[t.n - 14] = t.v[t.n - 12] = 1;
	expect_error(npz_parse, &t, "the zip directory has 51 bytes more than its 1 entries");
}
END_TEST

START_TEST(npz_refuses_overlap)
{
	/* The local header of 'b.npy' lies inside the data of 'a.npy'. */
	Part inner[] = {{.name = "b.npy", .npy = npy_bytes("\1")}};
	Text zip = npz_file(inner, 1, false, "");
	Part part[] = {{.name = "a.npy", .npy = zip}, {.name = "b.npy", .npy = npy_bytes("\1"), .header = 35}};
	Text t = npz_file(part, 2, false, "");
	expect_error(npz_parse, &t, "members 'a.npy' and 'b.npy' overlap");
}
END_TEST

START_TEST(npz_refuses_a_bad_array)
{
	Part part[] = {{.name = "a.npy", .npy = npy_bytes("\1\2")},
		       {.name = "b.npy", .npy = npy_file(1, "{}", "", 0), .deflated = true},
		       {.name = "c.npy", .npy = npy_file(9, "{}", "", 0)}};
	Text t = npz_file(part, 3, false, "");
	expect_error(npz_parse, &t,
		     "the header of 'b' lacks the key 'descr'\n'c' has .npy version 9.0; wanted 1.0, 2.0 or 3.0");
}
END_TEST

/* Each byte of a good file replaced: refused, or read without harm. */
START_TEST(npz_survives_any_one_byte)
{
	Part part[] = {{.name = "a.npy", .npy = npy_bytes("\1\2")},
		       {.name = "b.npy", .npy = npy_bytes("\3"), .deflated = true, .zip64 = true}};
	Text t = npz_file(part, 2, true, "");
	for (size_t i = 0; i < t.n; i++)
		for (int flip = 1; flip <= 255; flip += 127) {
			Case c;
			case_begin(&c);
			t.v[i] = (char)(t.v[i] ^ flip);
			bool ok = case_parse(&c, npz_parse, t.v, t.n);
			ck_assert(ok == (diag_errors(c.diag) == 0));
			if (ok && tensor_find(&c.table, "a"))
				ck_assert(get(&c, "a")->value[1] == 2);
			t.v[i] = (char)(t.v[i] ^ flip);
			case_end(&c);
		}
	text_free(&t);
}
END_TEST

START_TEST(npz_refuses_a_bomb)
{
	/* Eight members that say 200 MiB each; nothing is inflated, so what they hold does not matter. */
	static const char *const name[] = {"0.npy", "1.npy", "2.npy", "3.npy", "4.npy", "5.npy", "6.npy", "7.npy"};
	Part part[8] = {{0}};
	char *noise = malloc(220000);
	ck_assert_ptr_nonnull(noise);
	uint64_t h = HASH_SEED;
	for (int i = 0; i < 220000; i++) {
		h = hash_bytes(h, &i, sizeof i);
		noise[i] = (char)(h >> 32 & 0xff);
	}
	for (int i = 0; i < 8; i++) {
		part[i] = (Part){.name = name[i], .deflated = true, .size = 200 << 20};
		text_put(&part[i].npy, noise, 220000);
	}
	free(noise);
	Text t = npz_file(part, 8, false, "");
	expect_error(npz_parse, &t, "holds more than 1024 MiB of arrays, the most that is read");
}
END_TEST

/* Files */

static char folder[] = "/tmp/netc-weights-XXXXXX";

static void
folder_make(void)
{
	strcpy(folder, "/tmp/netc-weights-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void
folder_remove(void)
{
	char path[64];
	static const char *const name[] = {"f", "my.net.npy", ".npy", "f.npz", "g.npz"};
	for (int i = 0; i < COUNT(name); i++) {
		snprintf(path, sizeof path, "%s/%s", folder, name[i]);
		unlink(path);
	}
	ck_assert_int_eq(rmdir(folder), 0);
}

static const char *
file_make(const char *name, const Text *bytes)
{
	static char path[64];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	ck_assert(file_write(path, bytes->v ? bytes->v : "", bytes->n));
	return path;
}

#define NOT "is not a .safetensors, .npz, .npy, .pt, .onnx or .nam file"

static const struct {
	const char *bytes;
	size_t n;
	const char *message;
} foreign[] = {
#define F(bytes, message)                        \
	{                                        \
		bytes, sizeof bytes - 1, message \
	}
	F("", "is empty; wanted a .safetensors, .npz, .npy, .pt, .onnx or .nam file"),
	F("\n", NOT " (a text file)"),
	F("1 2 3\n4 5 6 7 8\n", NOT " (a text file)"),
	F("{\"W\": [1, 2, 3]}", "is JSON without an 'architecture' and a 'config', so it is no .nam file"),
	F("12345678{\"W\": 1}", NOT " (a text file)"),
	F("\xef\xbb\xbf"
	  "1 2",
	  NOT " (a text file)"),
	F("<!DOCTYPE html>", NOT " (a web page or XML: was the right file downloaded?)"),
	F("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02",
	  NOT " (a PyTorch .pt file of before 1.6: torch.load and torch.save it again)"),
	F("\x80\x02}q\0.", NOT " (a Python pickle: save with safetensors or np.savez, see docs/weights.md)"),
	F("\x80\x04\x95\0.", NOT " (a Python pickle: save with safetensors or np.savez, see docs/weights.md)"),
	F("\x89HDF\r\n\x1a\n\0", NOT " (an HDF5 file: save with safetensors or np.savez, see docs/weights.md)"),
	F("HDF5-based Julia Data Format, version 0.1.1\0",
	  NOT " (a Julia .jld2 file: write the arrays with NPZ.npzwrite, see docs/weights.md)"),
	F("\5\0\0\0\0", NOT " (a BSON file: write the arrays with NPZ.npzwrite, see docs/weights.md)"),
	F("\x08\x08\x12\x07pytorch", NOT " (perhaps a damaged .onnx file)"),
	F("GGUF\3\0\0\0", NOT " (a GGUF file: save with safetensors, see docs/weights.md)"),
	F("\x1f\x8b\x08\0\0\0", NOT " (a gzip file: unpack it first)"),
	F("version https://git-lfs.github.com/spec/v1\n",
	  NOT " (a Git LFS pointer: fetch the file itself with 'git lfs pull')"),
	F("\x7f"
	  "ELF\2\1\1\0\0",
	  NOT),
	F("PK\3\4rest", "is truncated: the zip directory at its end is missing"),
	F("\x93NUMPY", "'f' is truncated: its header has no version"),
	F("\2\0\0\0\0\0\0\0{", "is truncated: its header should be 2 bytes long, but 1 are left"),
#undef F
};

START_TEST(file_of_another_kind)
{
	Case c;
	Text bytes = {0};
	bool io = false;
	case_begin(&c);
	if (foreign[_i].n)
		text_put(&bytes, foreign[_i].bytes, foreign[_i].n);
	const char *path = file_make("f", &bytes);
	ck_assert(!weights_read(c.diag, path, &c.table, &io));
	ck_assert(!io);
	/* The message begins with the path, which ends in 'f'. */
	const char *said = case_said(&c);
	ck_assert_msg(!strncmp(said, folder, strlen(folder)), "'%s'", said);
	ck_assert_str_eq(said + strlen(folder) + 1, foreign[_i].message);
	text_free(&bytes);
	case_end(&c);
}
END_TEST

START_TEST(file_that_cannot_be_read)
{
	Case c;
	bool io = false;
	case_begin(&c);
	ck_assert(!weights_read(c.diag, "/tmp/no/such/w.npz", &c.table, &io));
	ck_assert(io);
	io = false;
	ck_assert(!weights_read(c.diag, "/tmp", &c.table, &io));
	ck_assert(io);
	ck_assert_str_eq(case_said(&c), "/tmp/no/such/w.npz: error: cannot be read: No such file or directory\n"
					"/tmp: error: cannot be read: is a folder");
	case_end(&c);
}
END_TEST

START_TEST(file_name_becomes_array_name)
{
	Case c;
	bool io = false;
	case_begin(&c);
	Text one = npy_bytes("\1"), two = npy_bytes("\2");
	ck_assert(weights_read(c.diag, file_make("my.net.npy", &one), &c.table, &io));
	ck_assert(weights_read(c.diag, file_make(".npy", &two), &c.table, &io));
	ck_assert(get(&c, "my.net")->value[0] == 1);
	ck_assert(get(&c, ".npy")->value[0] == 2);
	text_free(&one);
	text_free(&two);
	case_end(&c);
}
END_TEST

/* A table with what is hard: an empty array, a scalar, NaN, the extremes, names that are not ASCII. */
static void
table_fill(TensorTable *t)
{
	const int64_t dim[] = {2, 2, 0};
	Tensor *x = tensor_add(t, "σ.state'", 2, dim);
	x->value[0] = -0.0;
	x->value[1] = DBL_MAX;
	x->value[2] = 4.9406564584124654e-324;
	x->value[3] = -INFINITY;
	tensor_add(t, "y", 1, dim)->value[1] = 0.1;
	tensor_add(t, "nan", 0, NULL)->value[0] = (double)NAN;
	tensor_add(t, "empty", 3, dim);
}

START_TEST(npz_written_is_read_back)
{
	Case c;
	bool io = false;
	char path[64];
	case_begin(&c);
	TensorTable t = {.arena = c.arena};
	table_fill(&t);
	snprintf(path, sizeof path, "%s/f.npz", folder);
	ck_assert(npz_write(&t, path));
	ck_assert(weights_read(c.diag, path, &c.table, &io));
	ck_assert_int_eq(c.table.tensor.n, t.tensor.n);
	for (int i = 0; i < t.tensor.n; i++) {
		const Tensor *want = &t.tensor.v[i], *got = get(&c, want->name);
		ck_assert_str_eq(tensor_shape_text(c.arena, got), tensor_shape_text(c.arena, want));
		ck_assert_str_eq(got->dtype, "F64");
		ck_assert(!memcmp(got->value, want->value, (size_t)want->count * sizeof *want->value));
	}
	case_end(&c);
}
END_TEST

/* The bytes do not depend on the machine, the clock or what memory held: their hash is pinned. */
START_TEST(npz_written_is_the_same_everywhere)
{
	Case c;
	char path[64], *bytes;
	size_t n;
	case_begin(&c);
	TensorTable t = {.arena = c.arena};
	const int64_t dim = 2;
	tensor_add(&t, "y", 1, &dim)->value[1] = 0.1;
	snprintf(path, sizeof path, "%s/g.npz", folder);
	ck_assert(npz_write(&t, path));
	ck_assert(file_read(path, 1 << 20, &bytes, &n));
	/* Local header, name, .npy of two 64-byte blocks and two numbers, directory entry, name, end. */
	ck_assert_uint_eq(n, 30 + 5 + 128 + 16 + 46 + 5 + 22);
	ck_assert(!memcmp(bytes + 35, "\x93NUMPY\1\0\x76\0{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }",
			  67));
	ck_assert_int_eq(bytes[35 + 127], '\n');
	ck_assert_uint_eq(hash_bytes(HASH_SEED, bytes, n), UINT64_C(16758965451375767142));
	ck_assert(bytes[6] == 0 && bytes[7] == 0);
	free(bytes);
	/* A name that is not ASCII is flagged as UTF-8. */
	tensor_add(&t, "σ", 0, NULL);
	t.tensor.v[0] = t.tensor.v[1];
	ck_assert(npz_write(&t, path));
	ck_assert(file_read(path, 1 << 20, &bytes, &n));
	ck_assert(bytes[6] == 0 && bytes[7] == 8);
	free(bytes);
	ck_assert(!npz_write(&t, "/tmp/no/such/folder/f.npz"));
	ck_assert_int_eq(errno, ENOENT);
	case_end(&c);
}
END_TEST

static void
add_cases(Suite *s)
{
	TCase *tc = tcase_create("files");
	tcase_add_checked_fixture(tc, folder_make, folder_remove);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, file_of_another_kind, 0, COUNT(foreign));
	tcase_add_test(tc, file_that_cannot_be_read);
	tcase_add_test(tc, file_name_becomes_array_name);
	tcase_add_test(tc, npz_written_is_read_back);
	tcase_add_test(tc, npz_written_is_the_same_everywhere);
	suite_add_tcase(s, tc);
}

Suite *
suite_weights(void)
{
	Suite *s = suite_create("weights");
	TCase *tc = tcase_create("readers");
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, table_adds_finds_replaces);
	tcase_add_test(tc, shape_text);
	tcase_add_test(tc, st_reads);
	tcase_add_test(tc, st_reads_no_tensors);
	tcase_add_loop_test(tc, st_reads_dtype, 0, COUNT(elements));
	tcase_add_test(tc, st_reads_every_half);
	tcase_add_loop_test(tc, st_refuses, 0, COUNT(st_wrong));
	tcase_add_test(tc, st_refuses_lengths);
	tcase_add_test(tc, st_refuses_deep_json);
	tcase_add_test(tc, st_refuses_many_values);
	tcase_add_test(tc, st_refuses_long_name);
	tcase_add_test(tc, later_file_wins);
	tcase_add_loop_test(tc, npy_reads, 0, COUNT(npy_right));
	tcase_add_test(tc, npy_reads_empty);
	tcase_add_test(tc, npy_transposes_fortran_order);
	tcase_add_test(tc, npy_places_a_bad_element_in_fortran_order);
	tcase_add_loop_test(tc, npy_refuses, 0, COUNT(npy_wrong));
	tcase_add_test(tc, npy_refuses_versions);
	tcase_add_loop_test(tc, npz_reads, 0, 4);
	tcase_add_test(tc, npz_reads_no_members);
	tcase_add_loop_test(tc, npz_refuses, 0, COUNT(npz_wrong));
	tcase_add_test(tc, npz_refuses_a_wrong_count);
	tcase_add_test(tc, npz_refuses_overlap);
	tcase_add_test(tc, npz_refuses_a_bad_array);
	tcase_add_test(tc, npz_survives_any_one_byte);
	tcase_add_test(tc, npz_refuses_a_bomb);
	suite_add_tcase(s, tc);
	add_cases(s);
	return s;
}
