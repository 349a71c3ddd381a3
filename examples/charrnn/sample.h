/* sample.h: the net step by step, as sampler.c has it: one text, the same parameters. */
#ifndef SAMPLE_H
#define SAMPLE_H
#include "charrnn.h"
#include "text.h"
#include <stdio.h>

/* Writes n letters that the net makes up after a line break. A temperature below 1 keeps to likely letters. */
void sample_write(FILE *f, const charrnn_params *p, int n, float temperature, unsigned seed);
/* The mean loss over the letters [from, to) of the text, nats a letter; the net reads them from its initial state. */
double sample_loss(const charrnn_params *p, const Text *text, size_t from, size_t to);

#endif
