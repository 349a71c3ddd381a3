/* dtype.c: the element types of weight files, each widened to double without loss.
 *
 * Every float type fits a double exactly, NaN payloads and subnormals too; integers fit up to 2^53. */
#include "bytes.h"
#include <assert.h>
#include <string.h>

/* One row is one element type: D(its name, what it is, its bytes). */
#define DTYPES(D)         \
	D(F64, FLOAT, 8)  \
	D(F32, FLOAT, 4)  \
	D(F16, FLOAT, 2)  \
	D(BF16, BRAIN, 2) \
	D(I64, INT, 8)    \
	D(I32, INT, 4)    \
	D(I16, INT, 2)    \
	D(I8, INT, 1)     \
	D(U64, UINT, 8)   \
	D(U32, UINT, 4)   \
	D(U16, UINT, 2)   \
	D(U8, UINT, 1)    \
	D(BOOL, BOOL, 1)

static double
float_of(uint32_t bits)
{
	float f;
	memcpy(&f, &bits, sizeof f);
	return f;
}

static double
double_of(uint64_t bits)
{
	double d;
	memcpy(&d, &bits, sizeof d);
	return d;
}

static double
half_of(uint64_t bits)
{
	uint64_t sign = (bits & 0x8000) << 48, exponent = bits >> 10 & 31, fraction = bits & 0x3ff;
	if (exponent == 0)
		return sign ? -(double)fraction * 0x1p-24 : (double)fraction * 0x1p-24;
	exponent = exponent == 31 ? 0x7ff : exponent - 15 + 1023;
	return double_of(sign | exponent << 52 | fraction << 42);
}

/* A NaN must not pass through float: that would set its quiet bit. */
static double
single_of(uint32_t bits)
{
	if ((bits & 0x7fffffff) > 0x7f800000)
		return double_of((uint64_t)(bits & 0x80000000) << 32 | UINT64_C(0x7ff) << 52 |
				 (uint64_t)(bits & 0x7fffff) << 29);
	return float_of(bits);
}

static inline uint64_t
load(const unsigned char *p, int size, bool big)
{
	uint64_t v = 0;
	for (int i = 0; i < size; i++)
		v |= (uint64_t)p[big ? size - 1 - i : i] << (8 * i);
	return v;
}

static inline bool
widen(Kind kind, int size, uint64_t bits, double *out)
{
	const int64_t exact = INT64_C(1) << 53;
	uint64_t top = UINT64_C(1) << (8 * size - 1);
	int64_t whole;
	switch (kind) {
	case KIND_FLOAT:
		*out = size == 8 ? double_of(bits) : size == 4 ? single_of((uint32_t)bits) : half_of(bits);
		return true;
	case KIND_BRAIN: *out = single_of((uint32_t)bits << 16); return true;
	case KIND_INT:
		/* Sign extension without a cast that depends on the machine. */
		whole = bits & top ? -(int64_t)(top - (bits & (top - 1)) - 1) - 1 : (int64_t)bits;
		*out = (double)whole;
		return whole >= -exact && whole <= exact;
	case KIND_UINT: *out = (double)bits; return bits <= (uint64_t)exact;
	case KIND_BOOL: *out = (double)bits; return bits <= 1;
	}
	return false;
}

/* Inlined with a constant kind and size, so that each type gets a loop of its own. */
static inline int64_t
decode(Kind kind, int size, bool big, const unsigned char *p, int64_t step, int64_t n, double *out)
{
	for (int64_t i = 0; i < n; i++)
		if (!widen(kind, size, load(p + i * step, size, big), &out[i]))
			return i;
	return -1;
}

#define D(name, kind, size)                                                                                  \
	static int64_t decode_##name(bool big, const unsigned char *p, int64_t step, int64_t n, double *out) \
	{                                                                                                    \
		return decode(KIND_##kind, size, big, p, step, n, out);                                      \
	}
DTYPES(D)
#undef D

static const Dtype dtypes[] = {
#define D(name, kind, size) {#name, KIND_##kind, size, decode_##name},
	DTYPES(D)
#undef D
};

const Dtype *
dtype_find(const char *name)
{
	for (int i = 0; i < COUNT(dtypes); i++)
		if (!strcmp(dtypes[i].name, name))
			return &dtypes[i];
	return NULL;
}

const Dtype *
dtype_of(Kind kind, int size)
{
	for (int i = 0; i < COUNT(dtypes); i++)
		if (dtypes[i].kind == kind && dtypes[i].size == size)
			return &dtypes[i];
	return NULL;
}

int64_t
dtype_decode(const Dtype *d, bool big, const unsigned char *p, int64_t step, int64_t n, double *out)
{
	assert(step >= d->size && n >= 0);
	return d->decode(big, p, step, n, out);
}

bool
stored_count(Stored *s)
{
	int64_t n = 1, room = INT64_MAX / (int64_t)sizeof(double);
	bool empty = false;
	for (int i = 0; i < s->rank; i++) {
		assert(s->dim[i] >= 0);
		if (s->dim[i] == 0)
			empty = true;
		else if (n > room / s->dim[i])
			return false;
		else
			n *= s->dim[i];
	}
	s->count = empty ? 0 : n;
	return true;
}
