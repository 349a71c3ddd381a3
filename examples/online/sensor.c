/* sensor.c: two harmonics and noise; worn, the shaft is faster and knocks. */
#include "sensor.h"

/* Samples a turn. */
enum { TURN_SOUND = 31, TURN_WORN = 19 };

/* Roughly a sine, of two parabolas: x = 2^32 is a turn. */
static float
wave(uint32_t x)
{
	float turn = (float)((int32_t)(x >> 8) - (1 << 23)) / (float)(1 << 23); /* -1 to 1 */

	return -4.0f * turn * (1.0f - (turn < 0 ? -turn : turn));
}

/* A tooth a turn. */
static float
knock(uint32_t x)
{
	float half = wave(x / 2);

	return 1.2f * half - 0.75f;
}

float
sensor_read(Sensor *s, int pump)
{
	float noise;

	s->noise = s->noise * 1664525u + 1013904223u;
	noise = (float)(s->noise >> 8) / (float)(1 << 23) - 1.0f;
	if (pump == SENSOR_SOUND) {
		s->phase += UINT32_MAX / TURN_SOUND;
		return 0.6f * wave(s->phase) + 0.25f * wave(2 * s->phase + (1u << 29)) + 0.02f * noise;
	}
	s->phase += UINT32_MAX / TURN_WORN;
	return knock(s->phase) + 0.2f * wave(3 * s->phase) + 0.02f * noise;
}
