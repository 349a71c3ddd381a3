/* progress.c: a bar, the loss, the time left. */
#define _POSIX_C_SOURCE 200809L
#include "progress.h"
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { WIDTH = 24, LINES = 10 };

static double
now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

void
progress_start(Progress *p, long first, long all)
{
	*p = (Progress){first, all, now()};
}

double
progress_seconds(const Progress *p)
{
	return now() - p->start;
}

void
progress_show(const Progress *p, long update, double loss)
{
	static const char full[] = "########################", none[] = "------------------------";
	long done = update - p->first, every = p->all / LINES ? p->all / LINES : 1;
	int bar = (int)(update * WIDTH / p->all), terminal = isatty(1);
	double left = done ? progress_seconds(p) / (double)done * (double)(p->all - update) + 0.5 : 0;

	if (!terminal && update % every != 0)
		return;
	printf("%s%.*s%.*s %3ld %%  update %ld of %ld  loss %.3f  %d:%02d left", terminal ? "\r" : "", bar, full,
	       WIDTH - bar, none, update * 100 / p->all, update, p->all, loss, (int)left / 60, (int)left % 60);
	printf(terminal ? "  " : "\n");
	fflush(stdout);
}

void
progress_clear(void)
{
	if (isatty(1))
		printf("\r%79s\r", "");
}
