/* guitar.c: strings as delay lines (K. Karplus and A. Strong, "Digital Synthesis of Plucked-String and Drum Timbres",
 * Computer Music Journal 7(2), 1983), tuned by an all-pass of a fraction of a sample (D. Jaffe and J. Smith, ibid.). */
#include "guitar.h"
#include <math.h>
#include <string.h>

enum { STRINGS = 6, LONGEST = 1024 /* samples; the low E takes 535 */ };

typedef struct {
	double line[LONGEST];
	int length, at;
	double fraction, loss; /* of the all-pass; what a round keeps */
	double before, in, out;
} String;

typedef struct {
	String string[STRINGS];
	unsigned random;
} Guitar;

/* 0 … 1, by a linear congruence (D. Knuth's MMIX has the same shape in 64 bits; this is Numerical Recipes' in 32). */
static double
chance(Guitar *g)
{
	g->random = (g->random * 1664525u + 1013904223u) & 0xffffffffu;
	return (double)g->random / 4294967296.0;
}

/* Notes are counted in half tones from the low E. */
static double
hertz(int note)
{
	return 82.4069 * pow(2, note / 12.0);
}

/* A soft burst of noise, plucked at a fifth of the string: every fifth harmonic is missing. */
static void
pluck(Guitar *g, int k, int note, double level)
{
	String *s = &g->string[k];
	double burst[LONGEST],
		period = GUITAR_RATE / hertz(note) - 0.5; /* the average in the loop takes half a sample */
	double soft = 0, fraction;

	s->length = (int)(period - 0.2);
	fraction = period - s->length;
	s->fraction = (1 - fraction) / (1 + fraction);
	s->loss = pow(0.001, 1 / (4.0 * hertz(note))); /* -60 dB after four seconds, and faster up high */
	s->at = 0;
	for (int i = 0; i < s->length; i++)
		burst[i] = soft += 0.2 * (2 * chance(g) - 1 - soft);
	for (int i = 0; i < s->length; i++)
		s->line[i] = level * (burst[i] - burst[(i + s->length / 5) % s->length]);
}

static double
string_step(String *s)
{
	if (s->length == 0)
		return 0;
	double now = s->line[s->at], in = s->loss * 0.5 * (now + s->before);
	double out = s->fraction * (in - s->out) + s->in;
	s->before = now, s->in = in, s->out = out;
	s->line[s->at] = out;
	s->at = (s->at + 1) % s->length;
	return now;
}

static double
guitar_step(Guitar *g)
{
	double sum = 0;

	for (int k = 0; k < STRINGS; k++)
		sum += string_step(&g->string[k]);
	return sum;
}

static void
scale(float *x, long n, double peak)
{
	double most = 1e-9;

	for (long t = 0; t < n; t++)
		most = fmax(most, fabs((double)x[t]));
	for (long t = 0; t < n; t++)
		x[t] = (float)((double)x[t] * peak / most);
}

void
guitar_riff(float *x, long n)
{
	/* a chord of E, a run up, the run down with a bass, a chord of A; -1 rests */
	static const signed char tab[][STRINGS] = {
		{0, 7, 12, 16, 19, 24},   {-1, -1, -1, -1, -1, -1}, {0, -1, -1, -1, -1, -1},  {-1, 3, -1, -1, -1, -1},
		{-1, 5, -1, -1, -1, -1},  {-1, 7, -1, -1, -1, -1},  {-1, -1, 10, -1, -1, -1}, {-1, -1, 12, -1, -1, -1},
		{-1, -1, -1, 15, -1, -1}, {0, -1, -1, 17, -1, -1},  {-1, -1, -1, 15, -1, -1}, {3, -1, 12, -1, -1, -1},
		{-1, -1, 10, -1, -1, -1}, {5, 12, 17, 21, 24, -1},  {-1, -1, -1, -1, -1, -1}, {-1, -1, -1, -1, -1, -1},
	};
	enum { BEATS = sizeof tab / sizeof tab[0] };
	Guitar g;

	memset(&g, 0, sizeof g);
	g.random = 1984;
	for (long t = 0; t < n; t++) {
		long beat = t * BEATS / n, into = t - (beat * n + BEATS - 1) / BEATS;
		for (int k = 0; k < STRINGS; k++) /* a strum takes 12 ms a string */
			if (into == k * GUITAR_RATE / 80 && tab[beat][k] >= 0)
				pluck(&g, k, tab[beat][k], tab[beat][5] >= 0 ? 0.6 : 1);
		x[t] = (float)guitar_step(&g);
	}
	scale(x, n, 0.9);
}

void
guitar_practice(float *x, long n, unsigned seed)
{
	static const int open[STRINGS] = {0, 5, 10, 15, 19, 24};
	Guitar g;
	long next = 0;

	memset(&g, 0, sizeof g);
	g.random = seed * 2654435761u;
	for (long t = 0; t < n; t++) {
		if (t == next) {
			double crowd = chance(&g) < 0.5 ? 0.1 : 0.7; /* a note or two, or a chord */
			int sure = (int)(chance(&g) * STRINGS);
			for (int k = 0; k < STRINGS; k++)
				if (k == sure || chance(&g) < crowd)
					pluck(&g, k, open[k] + (int)(chance(&g) * 13), 0.1 + 0.9 * chance(&g));
			next = t + (long)((0.05 + 0.4 * chance(&g)) * GUITAR_RATE);
		}
		x[t] = (float)guitar_step(&g);
	}
	scale(x, n, 1);
}
