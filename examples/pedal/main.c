/* main.c: plays a guitar through the net that netc compiled and through the circuit it was trained on.
 *
 * pedal [IN.wav [OUT.wav [PLOT.svg]]]: without IN.wav plays a riff of its own, and fails if the net is off. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "circuit.h"
#include "guitar.h"
#include "pedal.h"
#include "plot.h"
#include "wav.h"

#define BOUND 0.001 /* of the error-to-signal ratio on the riff */
enum { RIFF = 6 * CIRCUIT_RATE, EXCERPT = 8 * CIRCUIT_RATE / 1000, TONE = 220, CYCLE = CIRCUIT_RATE / TONE + 1 };

/* The same as circuit_run, by the net. */
static void
net_run(const float *in, float *out, long n)
{
	pedal_state s;

	pedal_reset(&s);
	for (long t = 0; t < n; t++)
		pedal_step(&s, &in[t], &out[t]);
}

/* How long it takes, as a multiple of how long it plays. */
static double
timed(void (*run)(const float *, float *, long), const float *in, float *out, long n)
{
	struct timespec from, to;

	clock_gettime(CLOCK_MONOTONIC, &from);
	run(in, out, n);
	clock_gettime(CLOCK_MONOTONIC, &to);
	return ((double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) * 1e-9) * CIRCUIT_RATE /
	       (double)n;
}

/* Energy of the error over energy of the signal. */
static double
error_to_signal(const float *y, const float *signal, long n)
{
	double error = 0, energy = 1e-30;

	for (long t = 0; t < n; t++) {
		double d = (double)y[t] - (double)signal[t];
		error += d * d;
		energy += (double)signal[t] * (double)signal[t];
	}
	return error / energy;
}

/* The last cycle of half a second of a full-scale tone, and the loudest EXCERPT samples of what was played. */
static const char *
plot(const char *path, const float *in, const float *circuit, const float *net, long n)
{
	static float tone[CIRCUIT_RATE / 2], tone_circuit[CIRCUIT_RATE / 2], tone_net[CIRCUIT_RATE / 2];
	const long end = CIRCUIT_RATE / 2, last = end - CYCLE - 1;
	long from = 0;

	for (long t = 0; t < end; t++)
		tone[t] = (float)sin(2 * 3.14159265358979 * TONE * (double)t / CIRCUIT_RATE);
	circuit_run(tone, tone_circuit, end);
	net_run(tone, tone_net, end);
	for (long t = 0; t < n; t++)
		if (fabsf(in[t]) > fabsf(in[from]))
			from = t;
	from = from > EXCERPT / 4 ? from - EXCERPT / 4 : 0;
	from = from + EXCERPT > n ? n - EXCERPT : from;
	return plot_write(path, (Trace){tone + last, tone_circuit + last, tone_net + last, CYCLE + 1},
			  (Trace){in + from, circuit + from, net + from, EXCERPT});
}

static int
complain(const char *path, const char *wrong)
{
	if (wrong)
		fprintf(stderr, "pedal: %s: %s\n", path, wrong);
	return wrong != NULL;
}

/* The sound to play: the file's, or the riff when path is NULL. */
static int
load(Wav *wav, const char *path)
{
	const char *wrong = NULL;

	*wav = (Wav){NULL, RIFF, CIRCUIT_RATE};
	if (!path) {
		wav->sample = malloc(RIFF * sizeof *wav->sample);
		if (!wav->sample)
			return complain("the riff", "out of memory");
		guitar_riff(wav->sample, RIFF);
		return 0;
	}
	wrong = wav_read(path, wav);
	if (!wrong && wav->rate != CIRCUIT_RATE)
		wrong = "not 44100 samples a second: convert it first";
	if (!wrong && wav->n < EXCERPT)
		wrong = "too short";
	return complain(path, wrong);
}

/* Prints how the net did and returns the error-to-signal ratio. */
static double
play(const float *in, float *circuit, float *net, long n)
{
	double circuit_load = timed(circuit_run, in, circuit, n), net_load = timed(net_run, in, net, n);
	double ratio = error_to_signal(net, circuit, n);

	printf("%.2f s of sound through a net of %d bytes of weights and %zu of state\n", (double)n / CIRCUIT_RATE,
	       (int)PEDAL_WEIGHT_BYTES, sizeof(pedal_state));
	printf("error-to-signal ratio %.6f, %.1f dB\n", ratio, 10 * log10(ratio + 1e-30));
	printf("real-time factor %.4f, %.2f us a sample; the circuit's simulation: %.4f\n", net_load,
	       net_load * 1e6 / CIRCUIT_RATE, circuit_load);
	return ratio;
}

int
main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : NULL, *out = argc > 2 ? argv[2] : "out.wav";
	const char *picture = argc > 3 ? argv[3] : "pedal.svg";
	float *circuit = NULL, *net = NULL;
	int wrong = 1;
	Wav wav;

	if (load(&wav, path) == 0) {
		circuit = malloc((size_t)wav.n * sizeof *circuit);
		net = malloc((size_t)wav.n * sizeof *net);
		wrong = complain("pedal", circuit && net ? NULL : "out of memory");
	}
	if (!wrong) {
		double ratio = play(wav.sample, circuit, net, wav.n);
		wrong = complain(out, wav_write(out, net, wav.n, CIRCUIT_RATE)) +
			complain(picture, plot(picture, wav.sample, circuit, net, wav.n));
		if (!wrong)
			printf("%s and %s are written\n", out, picture);
		if (!path && !(ratio < BOUND))
			wrong = complain("the riff", "the net is further from the circuit than it should be");
	}
	free(wav.sample);
	free(circuit);
	free(net);
	return wrong != 0;
}
