/* wav.c: RIFF WAVE: a header of 12 bytes, then chunks: a name, a length, and that many bytes, made even. */
#include "wav.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PCM = 1, FLOAT = 3, EXTENSIBLE = 0xfffe };

static uint32_t
little(const unsigned char *p, int bytes)
{
	uint32_t v = 0;

	while (bytes-- > 0)
		v = v << 8 | p[bytes];
	return v;
}

/* The whole file, or NULL. */
static unsigned char *
slurp(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	unsigned char *bytes = NULL;
	long end;

	if (f && fseek(f, 0, SEEK_END) == 0 && (end = ftell(f)) >= 0 && (bytes = malloc((size_t)end + 1)) != NULL) {
		rewind(f);
		*size = fread(bytes, 1, (size_t)end, f);
	}
	if (f)
		fclose(f);
	return bytes;
}

static float
decode(const unsigned char *p, int bytes, uint32_t format)
{
	uint32_t bits = little(p, bytes) << (32 - 8 * bytes); /* the sign on top */
	float x;

	if (format == PCM)
		return (float)((bits & 0x80000000u) ? (double)bits - 4294967296.0 : (double)bits) / 2147483648.0f;
	memcpy(&x, &bits, sizeof x);
	return x - x == 0 ? x : 0; /* NaN and infinities would stay in the pedal for ever */
}

/* fmt and data are chunks' bytes, of these sizes. */
static const char *
samples(Wav *wav, const unsigned char *fmt, size_t fmt_size, const unsigned char *data, size_t size)
{
	if (!fmt || !data || fmt_size < 16)
		return "no sound in it";
	uint32_t format = little(fmt, 2), channels = little(fmt + 2, 2), bits = little(fmt + 14, 2);
	if (format == EXTENSIBLE && fmt_size >= 26)
		format = little(fmt + 24, 2);
	if (!(format == PCM && (bits == 16 || bits == 24 || bits == 32)) && !(format == FLOAT && bits == 32))
		return "neither PCM of 16, 24 or 32 bits nor floats";
	if (channels == 0)
		return "no channels";
	size_t frame = (size_t)channels * (bits / 8);
	wav->rate = (long)little(fmt + 4, 4);
	wav->n = (long)(size / frame);
	wav->sample = malloc(((size_t)wav->n + 1) * sizeof(float));
	if (!wav->sample)
		return "out of memory";
	for (long t = 0; t < wav->n; t++)
		wav->sample[t] = decode(data + (size_t)t * frame, (int)bits / 8, format);
	return NULL;
}

const char *
wav_read(const char *path, Wav *wav)
{
	size_t size = 0, fmt_size = 0, data_size = 0;
	unsigned char *file = slurp(path, &size), *fmt = NULL, *data = NULL;
	const char *wrong = "not a WAV file";

	if (!file)
		return "cannot be read";
	if (size >= 12 && memcmp(file, "RIFF", 4) == 0 && memcmp(file + 8, "WAVE", 4) == 0) {
		for (size_t at = 12; size - at >= 8;) {
			unsigned char *chunk = file + at + 8;
			size_t length = little(file + at + 4, 4), left = size - at - 8;
			if (length > left) /* cut off, or written to a pipe */
				length = left;
			if (memcmp(file + at, "fmt ", 4) == 0)
				fmt = chunk, fmt_size = length;
			if (memcmp(file + at, "data", 4) == 0)
				data = chunk, data_size = length;
			at += 8 + length + (length < left ? length % 2 : 0);
		}
		wrong = samples(wav, fmt, fmt_size, data, data_size);
	}
	free(file);
	return wrong;
}

static void
put(FILE *f, uint32_t v, int bytes)
{
	for (; bytes > 0; bytes--, v >>= 8)
		putc((int)(v & 255), f);
}

const char *
wav_write(const char *path, const float *sample, long n, long rate)
{
	FILE *f = fopen(path, "wb");

	if (!f)
		return "cannot be written";
	fputs("RIFF", f);
	put(f, (uint32_t)(36 + 2 * n), 4);
	fputs("WAVEfmt ", f);
	put(f, 16, 4);
	put(f, PCM, 2);
	put(f, 1, 2); /* channel */
	put(f, (uint32_t)rate, 4);
	put(f, (uint32_t)rate * 2, 4); /* bytes a second */
	put(f, 2, 2);                  /* bytes a frame */
	put(f, 16, 2);                 /* bits a sample */
	fputs("data", f);
	put(f, (uint32_t)(2 * n), 4);
	for (long t = 0; t < n; t++) {
		float x = sample[t] * 32767;
		x = x > 32767 ? 32767 : x < -32768 ? -32768 : x;
		put(f, (uint32_t)(int32_t)(x < 0 ? x - 0.5f : x + 0.5f) & 0xffff, 2);
	}
	int failed = ferror(f);
	return fclose(f) != 0 || failed ? "cannot be written" : NULL;
}
