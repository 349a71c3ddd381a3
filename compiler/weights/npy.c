/* npy.c: reads one NumPy array (.npy, versions 1.0, 2.0 and 3.0).
 *
 * The header is a Python dict literal, {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }, in any
 * order and spacing; it is scanned as such, not matched against what NumPy happens to print. The format:
 * NumPy Enhancement Proposal 1. */
#include "bytes.h"
#include <ctype.h>
#include <string.h>

typedef struct {
	Reader *r;
	const char *shown; /* the array's name */
	const char *start, *p, *end;
	Stored s;
	bool has_descr, has_order, has_shape;
} Scan;

static bool
scan_fail(Scan *c, const char *wanted)
{
	char found[8] = "its end";
	if (c->p<c->end && * c->p> 0x20 && *c->p < 0x7f)
		memcpy(found, (char[]){'\'', *c->p, '\'', 0}, 4);
	else if (c->p < c->end)
		memcpy(found, "a byte", 7);
	return reader_fail(c->r, "the header of '%s' has %s at byte %d, wanted %s", c->shown, found,
			   (int)(c->p - c->start), wanted);
}

static void
scan_space(Scan *c)
{
	while (c->p < c->end && *c->p && strchr(" \t\r\n", *c->p))
		c->p++;
}

/* The character, if it is what comes next after white space. */
static bool
scan_take(Scan *c, char what)
{
	scan_space(c);
	if (c->p == c->end || *c->p != what)
		return false;
	c->p++;
	return true;
}

static bool
scan_word(Scan *c, const char *word)
{
	size_t n = strlen(word);
	scan_space(c);
	if ((size_t)(c->end - c->p) < n || memcmp(c->p, word, n) != 0)
		return false;
	c->p += n;
	return true;
}

/* '…' or "…", no escapes; NULL if something else is there. */
static const char *
scan_string(Scan *c, size_t *n)
{
	scan_space(c);
	if (c->p == c->end || (*c->p != '\'' && *c->p != '"'))
		return NULL;
	const char *s = c->p + 1, *close = memchr(s, *c->p, (size_t)(c->end - s));
	if (!close || memchr(s, '\\', (size_t)(close - s)))
		return NULL;
	*n = (size_t)(close - s);
	c->p = close + 1;
	return s;
}

static bool
scan_dim(Scan *c)
{
	int64_t v = 0;
	scan_space(c);
	if (c->p == c->end || !isdigit((unsigned char)*c->p))
		return scan_fail(c, "a whole number or ')'");
	for (; c->p < c->end && isdigit((unsigned char)*c->p); c->p++) {
		if (v > (INT64_MAX - 9) / 10)
			return reader_fail(c->r, "the shape of '%s' holds a number that is too large", c->shown);
		v = v * 10 + (*c->p - '0');
	}
	/* Python 2 wrote 3L. */
	if (c->p < c->end && *c->p == 'L')
		c->p++;
	if (c->s.rank == TENSOR_RANK_MAX)
		return reader_fail(c->r, "'%s' has more than %d dimensions", c->shown, TENSOR_RANK_MAX);
	c->s.dim[c->s.rank++] = v;
	return true;
}

/* (), (3,), (3, 4) or (3, 4,) */
static bool
scan_shape(Scan *c)
{
	if (!scan_take(c, '('))
		return scan_fail(c, "'(' of a shape");
	while (!scan_take(c, ')')) {
		if (!scan_dim(c))
			return false;
		if (scan_take(c, ','))
			continue;
		if (c->s.rank < 2 || !scan_take(c, ')'))
			return scan_fail(c, "',' between the numbers of a shape");
		break;
	}
	return c->has_shape = true;
}

/* What a type that is not read is, by the letter that NumPy gives it. */
static const char *
descr_kind(char letter)
{
	switch (letter) {
	case 'O': return " (Python objects)";
	case 'c': return " (complex numbers)";
	case 'U': return " (text)";
	case 'S':
	case 'a': return " (byte strings)";
	case 'V': return " (raw bytes: a bfloat16 array is saved so; save it as float32)";
	case 'M':
	case 'm': return " (dates)";
	default: return "";
	}
}

/* '<f4', '>i8', '|b1'. '=' is the writer's order; it is taken for little-endian, so that one file means one thing. */
static const Dtype *
descr_type(const char *s, size_t n, bool *big)
{
	static const char letter[] = "fiub";
	static const Kind kind[] = {KIND_FLOAT, KIND_INT, KIND_UINT, KIND_BOOL};
	bool any_order = n > 0 && s[0] == '|';
	if (n > 0 && s[0] && strchr("<>=|", s[0])) {
		*big = s[0] == '>';
		s++, n--;
	}
	const char *l = n == 2 && s[0] ? strchr(letter, s[0]) : NULL;
	if (!l || !strchr("1248", s[1]) || !s[1] || (any_order && s[1] != '1'))
		return NULL;
	return dtype_of(kind[l - letter], s[1] - '0');
}

static bool
scan_descr(Scan *c)
{
	size_t n;
	scan_space(c);
	if (c->p < c->end && (*c->p == '[' || *c->p == '('))
		return reader_fail(c->r, "'%s' has a structured dtype; wanted plain numbers, such as '<f4'", c->shown);
	const char *s = scan_string(c, &n);
	if (!s)
		return scan_fail(c, "a dtype such as '<f4'");
	c->s.dtype = descr_type(s, n, &c->s.big);
	if (!c->s.dtype)
		return reader_fail(c->r,
				   "dtype '%s' of '%s' is not read%s; wanted float, integer or bool, such as '<f4'",
				   name_show(c->r->arena, s, n), c->shown,
				   descr_kind(n > 1 ? s[1]
					      : n   ? s[0]
						    : 0));
	return c->has_descr = true;
}

static bool
scan_order(Scan *c)
{
	c->s.fortran = scan_word(c, "True");
	if (!c->s.fortran && !scan_word(c, "False"))
		return scan_fail(c, "True or False");
	return c->has_order = true;
}

static bool
key_is(const char *key, size_t n, const char *name)
{
	return n == strlen(name) && !memcmp(key, name, n);
}

static bool
scan_item(Scan *c)
{
	size_t n;
	const char *key = scan_string(c, &n);
	if (!key)
		return scan_fail(c, "a key in quotes or '}'");
	if (!scan_take(c, ':'))
		return scan_fail(c, "':'");
	bool descr = key_is(key, n, "descr"), order = key_is(key, n, "fortran_order"), shape = key_is(key, n, "shape");
	if (!descr && !order && !shape)
		return reader_fail(c->r,
				   "the header of '%s' has the key '%s'; wanted 'descr', 'fortran_order' and 'shape'",
				   c->shown, name_show(c->r->arena, key, n));
	if ((descr && c->has_descr) || (order && c->has_order) || (shape && c->has_shape))
		return reader_fail(c->r, "the header of '%s' has the key '%.*s' twice", c->shown, (int)n, key);
	return descr ? scan_descr(c) : order ? scan_order(c) : scan_shape(c);
}

static bool
scan_header(Scan *c)
{
	if (!scan_take(c, '{'))
		return scan_fail(c, "'{'");
	while (!scan_take(c, '}')) {
		if (!scan_item(c))
			return false;
		if (scan_take(c, ','))
			continue;
		if (!scan_take(c, '}'))
			return scan_fail(c, "',' or '}'");
		break;
	}
	scan_space(c);
	if (c->p < c->end)
		return scan_fail(c, "nothing after '}'");
	if (!c->has_descr || !c->has_order || !c->has_shape)
		return reader_fail(c->r, "the header of '%s' lacks the key '%s'", c->shown,
				   !c->has_descr   ? "descr"
				   : !c->has_order ? "fortran_order"
						   : "shape");
	return true;
}

/* Where the header lies: [*at, *at + *len). Version 1 gives its length in two bytes, 2 and 3 in four. */
static bool
header_find(Reader *r, const char *shown, const unsigned char *data, size_t n, size_t *at, size_t *len)
{
	if (n < 6 || memcmp(data, "\x93NUMPY", 6) != 0)
		return reader_fail(r, "'%s' is not an array: it does not begin with \\x93NUMPY", shown);
	if (n < 8)
		return reader_fail(r, "'%s' is truncated: its header has no version", shown);
	if (data[6] < 1 || data[6] > 3 || data[7] != 0)
		return reader_fail(r, "'%s' has .npy version %d.%d; wanted 1.0, 2.0 or 3.0", shown, data[6], data[7]);
	*at = data[6] == 1 ? 10 : 12;
	if (n < *at)
		return reader_fail(r, "'%s' is truncated: its header has no length", shown);
	*len = data[6] == 1 ? le16(data + 8) : le32(data + 8);
	if (*len > n - *at)
		return reader_fail(r, "'%s' is truncated: its header should be %zu bytes long, but %zu are left", shown,
				   *len, n - *at);
	return true;
}

bool
npy_read(Reader *r, const char *name, const unsigned char *data, size_t n)
{
	size_t at, len;
	Scan c = {.r = r, .shown = name_show(r->arena, name, strlen(name))};
	if (!name_check(r, name, strlen(name)) || !header_find(r, c.shown, data, n, &at, &len))
		return false;
	c.start = c.p = (const char *)data + at;
	c.end = c.start + len;
	if (!scan_header(&c))
		return false;
	c.s.name = name;
	c.s.data = data + at + len;
	if (!stored_count(&c.s))
		return reader_fail(r, "the shape of '%s' is too large", c.shown);
	uint64_t have = n - at - len, need = (uint64_t)c.s.count * (uint64_t)c.s.dtype->size;
	if (have < need)
		return reader_fail(r, "'%s' is truncated: its data are %llu bytes long, but its shape needs %llu",
				   c.shown, (unsigned long long)have, (unsigned long long)need);
	if (have > need)
		return reader_fail(r, "'%s' is too long: its data are %llu bytes long, but its shape needs %llu",
				   c.shown, (unsigned long long)have, (unsigned long long)need);
	return reader_add(r, &c.s);
}

bool
npy_parse(Diag *diag, const char *file, const char *name, const unsigned char *data, size_t n, TensorTable *out)
{
	Reader r = reader_begin(diag, file, out);
	npy_read(&r, name, data, n);
	return reader_end(&r);
}
