/* sensor.h: the signal: what a sensor on a pump says, as long as the pump is sound and after a bearing has gone.
 *
 * It stands in for hardware. Only sums, products and integers are in it, so every machine hears the same bits. */
#ifndef SENSOR_H
#define SENSOR_H
#include <stdint.h>

enum { SENSOR_SOUND, SENSOR_WORN };

typedef struct {
	uint32_t phase; /* of the shaft; 2^32 is a turn */
	uint32_t noise;
} Sensor;

/* The next reading, about -1 to 1. Start with all zeros. */
float sensor_read(Sensor *s, int pump);

#endif
