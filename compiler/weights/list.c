/* list.c: what a weight file holds, for people, and what its numbers lose as float32. */
#include "layout.h"
#include <float.h>
#include <math.h>
#include <string.h>

typedef struct {
	double least, greatest; /* of the finite ones */
	int64_t bad;            /* not finite */
	bool any;
} Span64;

static Span64
tensor_span(const Tensor *t)
{
	Span64 s = {0};
	for (int64_t i = 0; i < t->count; i++) {
		double v = t->value[i];
		if (!isfinite(v)) {
			s.bad++;
			continue;
		}
		s.least = s.any && s.least < v ? s.least : v;
		s.greatest = s.any && s.greatest > v ? s.greatest : v;
		s.any = true;
	}
	return s;
}

/* Columns that a name takes on a terminal. */
static int
text_width(const char *s)
{
	int width = 0, len = 1;
	for (const char *end = s + strlen(s); s < end; s += len) {
		int32_t c = utf8_decode(s, end, &len);
		width += c < 0 ? 1 : utf8_width(c);
	}
	return width;
}

static void
put_padded(Text *out, const char *s, int width)
{
	text_add(out, "%s%*s", s, width > text_width(s) ? width - text_width(s) : 0, "");
}

void
weights_list(const TensorTable *t, Text *out)
{
	int name = 4, shape = 5, known;
	int64_t numbers = 0, bad = 0;
	for (int i = 0; i < t->tensor.n; i++) {
		const Tensor *x = &t->tensor.v[i];
		int w = text_width(x->name), s = (int)strlen(tensor_shape_text(t->arena, x));
		name = w > name && w <= 60 ? w : name;
		shape = s > shape ? s : shape;
	}
	put_padded(out, "name", name);
	text_add(out, "  dtype  %-*s  %12s  %12s  non-finite\n", shape, "shape", "min", "max");
	for (int i = 0; i < t->tensor.n; i++) {
		const Tensor *x = &t->tensor.v[i];
		Span64 s = tensor_span(x);
		numbers += x->count;
		bad += s.bad;
		put_padded(out, x->name, name);
		text_add(out, "  %-5s  %-*s  ", x->dtype, shape, tensor_shape_text(t->arena, x));
		if (s.any)
			text_add(out, "%12.6g  %12.6g  %10lld\n", s.least, s.greatest, (long long)s.bad);
		else
			text_add(out, "%12s  %12s  %10lld\n", "-", "-", (long long)s.bad);
	}
	const char *guess = layout_guess(t->arena, t, &known);
	text_add(out, "# %d tensor%s, %lld numbers, %lld not finite; ", t->tensor.n, t->tensor.n == 1 ? "" : "s",
		 (long long)numbers, (long long)bad);
	if (guess)
		text_add(out, "the names of %d look like %s\n", known, guess);
	else
		text_add(out, "the names are those of no framework\n");
}

void
weights_narrowing(Diag *diag, const char *file, const TensorTable *t)
{
	const double rounding = 0x1p-23; /* twice what rounding to the nearest can lose */
	int64_t lost = 0, numbers = 0;
	double most = 0;
	const Tensor *where = NULL;
	for (int i = 0; i < t->tensor.n; i++) {
		const Tensor *x = &t->tensor.v[i];
		numbers += x->count;
		for (int64_t k = 0; k < x->count; k++) {
			double v = x->value[k];
			if (!isfinite(v) || fabs(v) > FLT_MAX || (double)(float)v == v)
				continue;
			double loss = fabs((double)(float)v - v) / fabs(v);
			lost += loss > rounding;
			where = loss > rounding && loss > most ? x : where;
			most = loss > most ? loss : most;
		}
	}
	if (where)
		diag_file_warning(
			diag, WARN_NARROWING, file,
			"%lld of %lld numbers are too small for float32 and lose up to %.3g %% of their value "
			"('%s', %s)",
			(long long)lost, (long long)numbers, 100 * most, where->name, where->dtype);
}
