/* circuit.h: the pedal as a circuit: an amplifier and a clipper of three diodes, solved sample by sample.
 *
 *              +---- Ra ----+
 *              |            |
 *              |   |\       |
 *       +------+---|- \     |
 *       |          |    >---+---- R ----+---------+---------+---- out
 *      Rg   in ----|+ /                 |         |         |
 *       |          |/                   C         D1 v      D2 ^
 *      Cg                               |         |         D3 ^
 *       |                               |         |         |
 *     ground                         ground    ground    ground
 *
 * Above 720 Hz the amplifier gains 1 + Ra / Rg = 11, in the bass less. D1 holds the output below some 0.6 V, D2 and D3
 * in series above some -1.2 V, and C rounds the corners. */
#ifndef CIRCUIT_H
#define CIRCUIT_H

#define CIRCUIT_RATE 44100  /* samples a second */
#define CIRCUIT_IN_FULL 0.4 /* volts of a full-scale sample at the input: a hot pickup */
#define CIRCUIT_OUT_FULL 1.25

/* All voltages from two sub-steps back to now; all zeros is the pedal at rest. */
typedef struct {
	double in;     /* at the last sample */
	double g[2];   /* over Cg: now, one sub-step back */
	double out[2]; /* over C, the output: likewise */
} Circuit;

/* The output, in volts, when the input has gone in a straight line from the last voltage to this one. */
double circuit_step(Circuit *c, double in);

/* n samples of full scale 1 through a pedal at rest. in and out may be the same. */
void circuit_run(const float *in, float *out, long n);

#endif
