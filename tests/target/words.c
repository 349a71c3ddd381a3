/* words.c: from lines of eight hexadecimal digits, the bits of a float each, to raw floats in the host's byte order. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

int
main(void)
{
	uint32_t word;
	int got;
	while ((got = scanf("%8" SCNx32, &word)) == 1)
		if (fwrite(&word, sizeof word, 1, stdout) != 1)
			return 1;
	return got != EOF || fflush(stdout) != 0;
}
