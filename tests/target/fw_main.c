/* fw_main.c: the firmware under test: runs a net over the inputs in x.h and prints the bits of its outputs.
 *
 * The host runs the same program, so that the lines can be compared as text. count.c counts the instructions between
 * the two marks; with empty functions in place of the net, that is what the marks and the call themselves cost. Nothing
 * is printed before the stack was looked at. With WINDOW the unrolled function runs instead of the step. */
#include "net.h"
#include "x.h"
#include <stdio.h>
#include <string.h>

/* The stack below main is filled with a colour; what a step overwrites it has used. */
enum { PAINT = 49152 / 4, STEPS = (int)(sizeof x_bits / sizeof *x_bits) / (NET_BATCH * NET_IN) };
static const uint32_t colour = 0xC0FFEE11u;

static net_state state;
static float x[STEPS][NET_BATCH * NET_IN], y[STEPS][NET_BATCH * NET_OUT];

#if defined(__arm__)
#define STACK_POINTER(p) __asm__ volatile("mov %0, sp" : "=r"(p))
#elif defined(__riscv)
#define STACK_POINTER(p) __asm__ volatile("mv %0, sp" : "=r"(p))
#else
#define STACK_POINTER(p) ((p) = 0)
#endif

void mark_begin(void);
void mark_end(void);

__attribute__((noinline)) void
mark_begin(void)
{
	__asm__ volatile("nop");
}

__attribute__((noinline)) void
mark_end(void)
{
	__asm__ volatile("nop");
}

/* Fills the stack below its caller; gives the lowest address of it. */
__attribute__((noinline)) static uintptr_t
stack_paint(void)
{
	volatile uint32_t area[PAINT];
	for (int i = 0; i < PAINT; i++)
		area[i] = colour;
	return (uintptr_t)area;
}

/* The lowest word that has lost its colour, as a distance from the top. */
__attribute__((noinline)) static unsigned
stack_used(uintptr_t low, uintptr_t top)
{
	while (top && low < top && *(volatile uint32_t *)low == colour)
		low += sizeof colour;
	return (unsigned)(top ? top - low : 0);
}

static void
run(void)
{
#ifdef WINDOW
	for (int t = 0; t + NET_STEPS <= STEPS; t += NET_STEPS) {
		mark_begin();
		net_unrolled(&state, (void *)x[t], (void *)y[t]);
		mark_end();
	}
#else
	for (int t = 0; t < STEPS; t++) {
		mark_begin();
		net_step(&state, (void *)x[t], (void *)y[t]);
		mark_end();
	}
#endif
}

static void
print_bits(const float *v, int n)
{
	for (int i = 0; i < n; i++) {
		uint32_t u;
		memcpy(&u, &v[i], sizeof u);
		for (int k = 28; k >= 0; k -= 4)
			putchar("0123456789abcdef"[u >> k & 15]);
		putchar('\n');
	}
}

static void
print_number(const char *what, unsigned n)
{
	char digits[12];
	int i = sizeof digits - 1;
	digits[i] = 0;
	do
		digits[--i] = (char)('0' + n % 10);
	while ((n /= 10) != 0);
	fputs(what, stdout);
	puts(digits + i);
}

int
main(void)
{
	uintptr_t top, low;
	STACK_POINTER(top);
	memcpy(x, x_bits, sizeof x);
	net_reset(&state);
	low = stack_paint();
	run();
	unsigned used = stack_used(low, top);
	if (used >= PAINT * sizeof colour)
		return 1; /* all of it: it may have been more */
	print_number("# state ", (unsigned)sizeof state);
	print_number("# stack ", used);
	for (int t = 0; t < STEPS; t++)
		print_bits(y[t], NET_BATCH * NET_OUT);
	return 0;
}
