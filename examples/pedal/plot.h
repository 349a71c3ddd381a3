/* plot.h: the pedal in a picture. */
#ifndef PLOT_H
#define PLOT_H

/* n samples of full scale 1: what went in, and what came out of the circuit and of the net. */
typedef struct {
	const float *in, *circuit, *net;
	int n;
} Trace;

/* An SVG of output against input over `curve`, and of `excerpt` against time. NULL, or what went wrong. */
const char *plot_write(const char *path, Trace curve, Trace excerpt);

#endif
