/* wav.h: sound files: PCM of 16, 24 or 32 bits or floats in, one channel of 16 bits out. */
#ifndef WAV_H
#define WAV_H

typedef struct {
	float *sample; /* the first channel, full scale 1; malloc'd, the caller frees it */
	long n;
	long rate; /* samples a second */
} Wav;

/* NULL, or what is wrong with the file. */
const char *wav_read(const char *path, Wav *wav);

/* NULL, or what went wrong; samples beyond full scale are clipped. */
const char *wav_write(const char *path, const float *sample, long n, long rate);

#endif
