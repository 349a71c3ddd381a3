/* c_fraction.h: values as quotients, divided as late as possible. */
#ifndef NETC_BACK_C_FRACTION_H
#define NETC_BACK_C_FRACTION_H
#include "back.h"

/* Factors of a denominator at most: each is at most 1 + 2^32, so that their product is a float. */
enum { FACTORS_MAX = 3 };

/* numerator / (factor · factor · …); all are C names or numbers. The last `together` factors are multiplied with each
 * other first: so were they for the numerator, and a compiler takes their product from there. */
typedef struct {
	const char *numerator;
	const char *factor[FACTORS_MAX];
	int n, together;
	const char *rest; /* the numerator of 1 minus it, where that is known without a subtraction; else NULL */
} Fraction;

/* Where lines go that name what is computed on the way. */
typedef struct {
	Arena *arena;
	Text *text;
	const char *indent;
	NameTable *names;
	bool four; /* values are nn_x4 instead of float */
} FractionLines;

Fraction fraction_of(const char *value);
Fraction fraction_over(const char *numerator, const char *denominator);
Fraction fraction_mul(const FractionLines *l, Fraction a, Fraction b);
/* a + b, or a - b with sign '-'. */
Fraction fraction_add(const FractionLines *l, Fraction a, Fraction b, char sign);
/* Its value as a C expression: the division, if there is one. */
const char *fraction_value(const FractionLines *l, Fraction a);
/* A new constant with that value; its name. */
const char *fraction_name(const FractionLines *l, const char *wanted, const char *value);
#endif
