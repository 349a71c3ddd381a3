/* guitar.h: plucked strings, for a pedal to be played through. */
#ifndef GUITAR_H
#define GUITAR_H

#define GUITAR_RATE 44100 /* samples a second */

/* n samples of the riff that the demo plays; the largest is 0.9 in size. */
void guitar_riff(float *x, long n);

/* n samples of notes and chords at random, the same for the same seed; the largest is 1 in size. */
void guitar_practice(float *x, long n, unsigned seed);

#endif
