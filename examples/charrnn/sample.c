/* sample.c: reading and writing letter by letter. */
#include "sample.h"
#include "sampler.h"
#include <math.h>
#include <stdint.h>
#include <string.h>

/* The two nets come from one file, so their parameters lie in the same order. */
typedef char same_parameters[sizeof(sampler_params) == sizeof(charrnn_params) ? 1 : -1];

typedef struct {
	sampler_params params;
	sampler_state state;
	float y[SAMPLER_OUT]; /* probabilities of the next letter */
} Reader;

static void
reader_start(Reader *r, const charrnn_params *p)
{
	memcpy(&r->params, p, sizeof r->params);
	sampler_reset(&r->params, &r->state);
}

static void
reader_reads(Reader *r, int letter)
{
	float x[SAMPLER_IN] = {0};

	x[letter] = 1.0f;
	sampler_step(&r->params, &r->state, x, r->y);
}

/* Marsaglia's xorshift; 0 <= a number < 1. */
static float
chance(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return (float)(*seed >> 8) / 16777216.0f;
}

static int
choose(const float *y, float temperature, uint32_t *seed)
{
	float part[SAMPLER_OUT], sum = 0;
	int k = 0;

	for (int i = 0; i < SAMPLER_OUT; i++)
		sum += part[i] = powf(y[i], 1.0f / temperature);
	for (float left = chance(seed) * sum; k < SAMPLER_OUT - 1 && (left -= part[k]) >= 0;)
		k++;
	return k;
}

void
sample_write(FILE *f, const charrnn_params *p, int n, float temperature, unsigned seed)
{
	static Reader r;
	uint32_t random = 2654435769u * (seed + 1) | 1;
	int letter = text_letter('\n');

	reader_start(&r, p);
	for (int i = 0; i < n; i++) {
		reader_reads(&r, letter);
		letter = choose(r.y, temperature, &random);
		fputc(text_char(letter), f);
	}
	fputc('\n', f);
}

double
sample_loss(const charrnn_params *p, const Text *text, size_t from, size_t to)
{
	static Reader r;
	double sum = 0;

	reader_start(&r, p);
	for (size_t i = from; i + 1 < to; i++) {
		reader_reads(&r, text->letter[i]);
		sum -= log((double)r.y[text->letter[i + 1]] + 1e-30);
	}
	return to > from + 1 ? sum / (double)(to - from - 1) : 0;
}
