/* c_fraction.c: values as quotients, divided as late as possible.
 *
 *   σ(f) c + σ(i) tanh(g), with F = 1 + 2^f′ and so on   →   (c I G + (1 - g′) F) / (F I G)
 *
 * A microcontroller divides in 14 cycles and multiplies in one, so sigmoids and tanhs, which are quotients of
 * exponentials, are kept as such while they are only multiplied and added: an LSTM has two divisions instead of five.
 */
#include "c_fraction.h"
#include <string.h>

Fraction
fraction_of(const char *value)
{
	return (Fraction){.numerator = value};
}

Fraction
fraction_over(const char *numerator, const char *denominator)
{
	return (Fraction){.numerator = numerator, .factor = {denominator}, .n = 1};
}

const char *
fraction_name(const FractionLines *l, const char *wanted, const char *value)
{
	const char *name = c_unique(l->arena, l->names, wanted);
	text_add(l->text, "%sconst %s %s = %s;\n", l->indent, l->four ? "nn_x4" : "float", name, value);
	return name;
}

static const char *
product(const FractionLines *l, const char *a, const char *b)
{
	if (strcmp(a, "1.0f") == 0)
		return b;
	return strcmp(b, "1.0f") == 0 ? a : arena_printf(l->arena, "%s * %s", a, b);
}

/* `text` times the factors [i, end). */
static const char *
factors(const FractionLines *l, const char *text, Fraction a, int i, int end)
{
	for (; i < end; i++)
		text = product(l, text, a.factor[i]);
	return text;
}

/* `text` times the factors that are multiplied with each other first. */
static const char *
together(const FractionLines *l, const char *text, Fraction a)
{
	const char *all = factors(l, "1.0f", a, a.n - a.together, a.n);
	return product(l, text, arena_printf(l->arena, "(%s)", all));
}

const char *
fraction_value(const FractionLines *l, Fraction a)
{
	if (!a.n)
		return a.numerator;
	const char *denominator = factors(l, "1.0f", a, 0, a.n - a.together);
	if (a.together)
		denominator = together(l, denominator, a);
	if (l->four)
		return arena_printf(l->arena, "nn_div4(%s, %s)", a.numerator, denominator);
	return arena_printf(l->arena, a.n > 1 ? "%s / (%s)" : "%s / %s", a.numerator, denominator);
}

/* A value that is no quotient any more. */
static Fraction
divided(const FractionLines *l, Fraction a)
{
	return a.n ? fraction_of(fraction_name(l, "v", fraction_value(l, a))) : a;
}

static int
count(Fraction a, const char *factor)
{
	int n = 0;
	for (int i = 0; i < a.n; i++)
		n += strcmp(a.factor[i], factor) == 0;
	return n;
}

/* The numerator of a over the denominator of `all`, which has all of a's factors. */
static const char *
widened(const FractionLines *l, Fraction a, Fraction all)
{
	const char *numerator = a.numerator;
	Fraction have = {.n = 0};
	for (int i = 0; i < all.n; i++) {
		have.factor[have.n++] = all.factor[i];
		if (count(have, all.factor[i]) > count(a, all.factor[i]))
			numerator = product(l, numerator, all.factor[i]);
	}
	return numerator;
}

/* The factors of both, as often as in either; false: too many. */
static bool
common(Fraction a, Fraction b, Fraction *all)
{
	*all = a;
	all->together = 0;
	all->rest = NULL;
	for (int i = 0; i < b.n; i++) {
		Fraction seen = b;
		seen.n = i + 1;
		if (count(seen, b.factor[i]) <= count(a, b.factor[i]))
			continue;
		if (all->n == FACTORS_MAX)
			return false;
		all->factor[all->n++] = b.factor[i];
	}
	return true;
}

Fraction
fraction_add(const FractionLines *l, Fraction a, Fraction b, char sign)
{
	Fraction all;
	if (sign == '-' && b.rest && !a.n && strcmp(a.numerator, "1.0f") == 0) {
		b.numerator = b.rest;
		b.rest = NULL;
		return b;
	}
	if (!common(a, b, &all)) {
		a = divided(l, a);
		common(a, b, &all);
	}
	all.together = all.n - a.n > 1 ? all.n - a.n : 0;
	const char *wide = all.together ? together(l, a.numerator, all) : widened(l, a, all);
	const char *sum = arena_printf(l->arena, "%s %c %s", wide, sign, widened(l, b, all));
	all.numerator = fraction_name(l, "v", sum);
	return all;
}

Fraction
fraction_mul(const FractionLines *l, Fraction a, Fraction b)
{
	if (a.n + b.n > FACTORS_MAX)
		a = divided(l, a);
	const char *numerator = product(l, a.numerator, b.numerator);
	a.numerator = strchr(numerator, ' ') ? fraction_name(l, "v", numerator) : numerator;
	a.together = 0;
	a.rest = NULL;
	for (int i = 0; i < b.n; i++)
		a.factor[a.n++] = b.factor[i];
	return a;
}
