/* progress.h: how far training is: a bar on a terminal, a line now and then elsewhere. */
#ifndef PROGRESS_H
#define PROGRESS_H

typedef struct {
	long first, all; /* updates: made before this run; in total */
	double start;    /* seconds */
} Progress;

void progress_start(Progress *p, long first, long all);
/* loss is of the letters read lately, nats a letter. */
void progress_show(const Progress *p, long update, double loss);
/* Makes room for other output. */
void progress_clear(void);
double progress_seconds(const Progress *p);

#endif
