/* main.c: a sensor that keeps learning: after every window of readings the net that guesses the next one is adjusted.
 *
 * Half-way the pump changes its sound. A copy of the net from just before stays as it is, to compare. Prints the mean
 * squared error of both, in millionths, a line for every REPORT updates. The same file is the firmware and, on the
 * host, a simulation of it. */
#include "device.h"
#include "online.h"
#include "sensor.h"
#include <stdio.h>
#include <string.h>

#ifndef UPDATES
#define UPDATES 3000
#endif
#ifndef REPORT
#define REPORT 50
#endif
static const float rate = 0.3f, norm = 1.0f;

/* What learning takes, and the device keeps. */
static struct {
	online_params params;
	online_state state;
	float grad[ONLINE_NPARAM];
	online_tape tape;
	float reading[ONLINE_STEPS + 1][ONLINE_IN];
} net;

/* The copy that does not learn. */
static struct {
	online_params params;
	online_state state;
} frozen;

/* A window of readings; the last of them is the first of the next. */
static void
listen(Sensor *sensor, int pump)
{
	net.reading[0][0] = net.reading[ONLINE_STEPS][0];
	for (int k = 1; k <= ONLINE_STEPS; k++)
		net.reading[k][0] = sensor_read(sensor, pump);
}

/* One update by the window; returns how far the guesses were off, before it. After a reading that is no number nothing
 * is learned, and the state starts anew. */
static float
learn(void)
{
	float error;

	mark_begin();
	memset(net.grad, 0, sizeof net.grad);
	error = online_loss_grad(&net.params, &net.state, (const float(*)[ONLINE_IN])net.reading,
				 (const float(*)[ONLINE_OUT])(net.reading + 1), &net.tape, net.grad);
	online_clip(net.grad, norm);
	online_sgd(&net.params, net.grad, rate);
	mark_end();
	if (error < 1e30f)
		return error;
	online_reset(&net.params, &net.state);
	return 0;
}

/* How far the frozen copy's guesses are off. */
static float
compare(void)
{
	float guess[ONLINE_STEPS][ONLINE_OUT], sum = 0;

	online_unrolled(&frozen.params, &frozen.state, (const float(*)[ONLINE_IN])net.reading, guess);
	for (int k = 0; k < ONLINE_STEPS; k++)
		sum += (guess[k][0] - net.reading[k + 1][0]) * (guess[k][0] - net.reading[k + 1][0]);
	return sum / ONLINE_STEPS;
}

static long
millionths(float error)
{
	return (long)(error * 1e6f + 0.5f);
}

int
main(void)
{
	Sensor sensor = {0, 0};
	float learning = 0, fixed = 0;
	size_t stack = 0;

	net.params = online_weights;
	online_reset(&net.params, &net.state);
	printf("update\tkeeps learning\tfrozen at the change\n");
	for (int update = 1; update <= UPDATES; update++) {
		int pump = update <= UPDATES / 2 ? SENSOR_SOUND : SENSOR_WORN;
		listen(&sensor, pump);
		if (pump == SENSOR_WORN)
			fixed += compare() / REPORT;
		if (update == 1)
			stack_paint();
		learning += learn() / REPORT;
		if (update == 1)
			stack = stack_used();
		if (pump == SENSOR_SOUND) {
			frozen.params = net.params;
			frozen.state = net.state;
		}
		if (update % REPORT == 0) {
			printf("%d\t%ld\t%ld\n", update, millionths(learning),
			       millionths(pump == SENSOR_WORN ? fixed : learning));
			learning = fixed = 0;
		}
	}
	printf("# params %d grad %d state %d tape %d readings %d stack %d\n", (int)sizeof net.params,
	       (int)sizeof net.grad, (int)sizeof net.state, (int)sizeof net.tape, (int)sizeof net.reading, (int)stack);
	return 0;
}
