/* case.c: what the tests of weights share. */
#include "case.h"
#include <check.h>
#include <stdlib.h>
#include <string.h>

void
case_begin(Case *c)
{
	memset(c, 0, sizeof *c);
	c->arena = arena_new();
	c->out = open_memstream(&c->said, &c->nsaid);
	ck_assert_ptr_nonnull(c->out);
	c->diag = diag_new(c->arena, c->out);
	c->table.arena = c->arena;
}

void
case_end(Case *c)
{
	case_close(c);
	arena_free(c->arena);
	free(c->said);
}

const char *
case_close(Case *c)
{
	if (c->out) {
		diag_flush(c->diag);
		fclose(c->out);
		c->out = NULL;
	}
	return c->said;
}

const char *
case_said(Case *c)
{
	static const char head[] = "f: error: ";
	case_close(c);
	for (char *line = c->said; (line = strstr(line, head)) != NULL;)
		memmove(line, line + strlen(head), strlen(line + strlen(head)) + 1);
	if (*c->said)
		c->said[strlen(c->said) - 1] = 0;
	return c->said;
}

bool
case_parse(Case *c, Parse *parse, const char *bytes, size_t n)
{
	unsigned char *copy = malloc(n + !n);
	ck_assert_ptr_nonnull(copy);
	if (n)
		memcpy(copy, bytes, n);
	bool ok = parse(c->diag, "f", copy, n, &c->table);
	free(copy);
	return ok;
}

const Tensor *
get(const Case *c, const char *name)
{
	const Tensor *t = tensor_find(&c->table, name);
	ck_assert_msg(t != NULL, "no tensor '%s'", name);
	return t;
}

void
expect_good(Case *c, Parse *parse, Text *file)
{
	case_begin(c);
	bool ok = case_parse(c, parse, file->v, file->n);
	ck_assert_str_eq(case_said(c), "");
	ck_assert(ok);
	text_free(file);
}

void
expect_error(Parse *parse, Text *file, const char *message)
{
	Case c;
	case_begin(&c);
	bool ok = case_parse(&c, parse, file->v, file->n);
	ck_assert_str_eq(case_said(&c), message);
	ck_assert(!ok);
	ck_assert_int_eq(c.table.tensor.n, 0);
	case_end(&c);
	text_free(file);
}

void
expect_no_prefix(Parse *parse, const Text *file)
{
	for (size_t n = 0; n < file->n; n++) {
		Case c;
		case_begin(&c);
		ck_assert_msg(!case_parse(&c, parse, file->v, n), "accepted the first %zu bytes", n);
		ck_assert_int_gt(diag_errors(c.diag), 0);
		case_end(&c);
	}
}

void
put_le(Text *t, uint64_t v, int n)
{
	for (int i = 0; i < n; i++)
		text_put(t, (const char[]){(char)(v >> (8 * i) & 0xff)}, 1);
}

void
put_floats(Text *t, const float *v, int n)
{
	for (int i = 0; i < n; i++) {
		uint32_t bits;
		memcpy(&bits, &v[i], sizeof bits);
		put_le(t, bits, 4);
	}
}
