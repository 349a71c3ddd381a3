/* main.c: reads the held-out digits with the net that netc compiled, shows a few and says how many were right. */
#define _POSIX_C_SOURCE 200809L
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "digits.h"
#include "heldout.h"

enum { SHOWN = 6, ROUNDS = 25 };

/* What the net takes an image for: the index of the largest score after the last row. */
static int
read_digit(const unsigned char image[8][8])
{
	float x[DIGITS_STEPS][DIGITS_IN], y[DIGITS_STEPS][DIGITS_OUT];
	digits_state s;
	int best = 0;

	for (int row = 0; row < DIGITS_STEPS; row++)
		for (int col = 0; col < DIGITS_IN; col++)
			x[row][col] = (float)image[row][col] / 16.0f;
	digits_reset(&s);
	digits_unrolled(&s, (const float(*)[DIGITS_IN])x, y);
	for (int k = 1; k < DIGITS_OUT; k++)
		if (y[DIGITS_STEPS - 1][k] > y[DIGITS_STEPS - 1][best])
			best = k;
	return best;
}

/* The images side by side, two characters a pixel, with what they are and what they were taken for. */
static void
draw(const int *which, const int *guess, int n)
{
	const char *utf8[] = {" ", "░", "▒", "▓", "█"}, *ascii[] = {" ", ".", "+", "*", "#"};
	const char **shade = strcmp(nl_langinfo(CODESET), "UTF-8") == 0 ? utf8 : ascii;

	for (int row = 0; row < 8; row++) {
		for (int k = 0; k < n; k++) {
			for (int col = 0; col < 8; col++) {
				const char *c = shade[(heldout_image[which[k]][row][col] + 3) / 4];
				printf("%s%s", c, c);
			}
			printf(k + 1 < n ? "  " : "\n");
		}
	}
	for (int k = 0; k < n; k++) {
		int truth = heldout_label[which[k]], read = guess[which[k]];
		printf("   is %d, read %d%s ", truth, read, truth == read ? " " : "!");
	}
	printf("\n\n");
}

static double
now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec * 1e-3;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

int
main(void)
{
	static int guess[HELDOUT];
	double us[ROUNDS];
	int right = 0, wrong = -1, which[SHOWN];

	setlocale(LC_CTYPE, "");
	for (int r = 0; r < ROUNDS; r++) {
		double start = now_us();
		for (int k = 0; k < HELDOUT; k++)
			guess[k] = read_digit(heldout_image[k]);
		us[r] = (now_us() - start) / HELDOUT;
	}
	qsort(us, ROUNDS, sizeof us[0], by_value);
	for (int k = 0; k < HELDOUT; k++) {
		right += guess[k] == heldout_label[k];
		if (guess[k] != heldout_label[k] && wrong < 0)
			wrong = k;
	}
	for (int k = 0; k < SHOWN; k++)
		which[k] = k;
	if (wrong >= SHOWN)
		which[SHOWN - 1] = wrong;
	draw(which, guess, SHOWN);
	double percent = 100.0 * right / HELDOUT;
	printf("%d of %d images that training never saw are read right: %.2f %%\n", right, HELDOUT, percent);
	printf("%.2f us an image (median of %d rounds), state %zu bytes, scratch %d bytes", us[ROUNDS / 2], ROUNDS,
	       sizeof(digits_state), (int)DIGITS_SCRATCH_BYTES);
#ifdef DIGITS_WEIGHT_BYTES
	printf(", weights %d bytes", (int)DIGITS_WEIGHT_BYTES);
#endif
	printf("\n");
	return percent < 95.0;
}
