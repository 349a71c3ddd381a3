/* test_protobuf.c: the bytes of protobuf's own examples and of the limits of a varint. */
#include "../../compiler/back/protobuf.h"
#include <check.h>
#include <string.h>

Suite *suite_protobuf(void);

static void
expect_bytes(Text *t, const char *bytes, size_t n)
{
	ck_assert_uint_eq(t->n, n);
	ck_assert_mem_eq(t->v, bytes, n);
	text_free(t);
}

START_TEST(ints)
{
	Text t = {0};
	pb_int(&t, 1, 150);
	pb_int(&t, 2, 0);
	pb_int(&t, 16, 127);
	pb_int(&t, 1, 128);
	expect_bytes(&t, "\x08\x96\x01\x10\x00\x80\x01\x7f\x08\x80\x01", 11);
	pb_int(&t, 1, -2);
	expect_bytes(&t, "\x08\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11);
}
END_TEST

START_TEST(strings)
{
	Text t = {0};
	pb_string(&t, 2, "testing");
	pb_string(&t, 1, "");
	pb_bytes(&t, 3, "\0\1", 2);
	expect_bytes(&t, "\x12\x07testing\x0a\x00\x1a\x02\x00\x01", 15);
}
END_TEST

/* A message whose length takes one byte less than that of the message around it. */
START_TEST(nested)
{
	Text t = {0};
	char filling[124];
	memset(filling, 'x', sizeof filling);
	size_t outer = pb_begin(&t, 3), inner = pb_begin(&t, 4);
	pb_bytes(&t, 1, filling, sizeof filling);
	pb_end(&t, inner);
	pb_end(&t, outer);
	ck_assert_uint_eq(t.n, 3 + 2 + 2 + 124);
	ck_assert_mem_eq(t.v, "\x1a\x80\x01\x22\x7e\x0a\x7cxx", 9);
	text_free(&t);
	outer = pb_begin(&t, 3);
	pb_end(&t, outer);
	expect_bytes(&t, "\x1a\x00", 2);
}
END_TEST

Suite *
suite_protobuf(void)
{
	Suite *s = suite_create("protobuf");
	TCase *c = tcase_create("bytes");
	tcase_add_test(c, ints);
	tcase_add_test(c, strings);
	tcase_add_test(c, nested);
	suite_add_tcase(s, c);
	return s;
}
