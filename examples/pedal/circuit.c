/* circuit.c: the two capacitors' equations, integrated by BDF2 and solved by Newton's method.
 *
 *   Cg dg/dt     = (in - g) / Rg
 *   C  dout/dt   = (amp - out) / R - diodes(out),   amp = in + Ra (in - g) / Rg  (an ideal operational amplifier)
 *   diodes(v)    = Is (exp(v / n Vt) - 1) - Is (exp(-v / 2 n Vt) - 1)            (Shockley; D2 and D3 share v)
 *
 * BDF2, v = (4 v[-1] - v[-2] + 2 h v') / 3, is implicit, of second order and damps the fast decay of a conducting
 * diode, which the trapezoidal rule would answer with ringing. */
#include "circuit.h"
#include <math.h>

#define RG 4.7e3    /* ohm */
#define RA 47e3     /* ohm */
#define CG 47e-9    /* farad */
#define R 2.2e3     /* ohm */
#define C 10e-9     /* farad */
#define IS 2.52e-9  /* ampere; 1N4148 */
#define NVT 45.3e-3 /* volt: emission coefficient 1.752 times 25.85 mV */

#ifndef CIRCUIT_SUBSTEPS
#define CIRCUIT_SUBSTEPS 8 /* of a sample */
#endif

/* The v with v - known = k ((amp - v) / R - diodes(v)): the left side less the right rises with v, so there is one. */
static double
solve(double known, double k, double amp, double v)
{
	for (int i = 0; i < 100; i++) {
		double up = IS * exp(v / NVT), down = IS * exp(-v / (2 * NVT));
		double f = v - known - k * ((amp - v) / R - (up - down));
		double slope = 1 + k * (1 / R + up / NVT + down / (2 * NVT));
		double step = fmax(-2 * NVT, fmin(2 * NVT, f / slope)); /* an exponential overshoots */
		v -= step;
		if (fabs(step) < 1e-10)
			break;
	}
	return v;
}

double
circuit_step(Circuit *c, double in)
{
	const double h = 1.0 / CIRCUIT_RATE / CIRCUIT_SUBSTEPS, k = 2 * h / 3;
	double rise = (in - c->in) / CIRCUIT_SUBSTEPS;

	for (int i = 1; i <= CIRCUIT_SUBSTEPS; i++) {
		double now = i < CIRCUIT_SUBSTEPS ? c->in + rise * i : in;
		double g = ((4 * c->g[0] - c->g[1]) / 3 + k / (RG * CG) * now) / (1 + k / (RG * CG));
		double amp = now + RA * (now - g) / RG;
		double out = solve((4 * c->out[0] - c->out[1]) / 3, k / C, amp, c->out[0]);
		c->g[1] = c->g[0], c->g[0] = g;
		c->out[1] = c->out[0], c->out[0] = out;
	}
	c->in = in;
	return c->out[0];
}

void
circuit_run(const float *in, float *out, long n)
{
	Circuit c = {0};

	for (long t = 0; t < n; t++)
		out[t] = (float)(circuit_step(&c, CIRCUIT_IN_FULL * (double)in[t]) / CIRCUIT_OUT_FULL);
}
