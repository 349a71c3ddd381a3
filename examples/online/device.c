/* device.c: marks for the instruction counter, colour for the stack. */
#include "device.h"

#ifdef __arm__
enum { PAINT = 16384 / 4 };
static const uint32_t colour = 0xC0FFEE11u;
static uintptr_t low, top;

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

__attribute__((noinline)) void
stack_paint(void)
{
	volatile uint32_t area[PAINT];

	for (int i = 0; i < PAINT; i++)
		area[i] = colour;
	low = (uintptr_t)area;
	top = (uintptr_t)(area + PAINT);
}

size_t
stack_used(void)
{
	uintptr_t at = low;

	while (at < top && *(volatile uint32_t *)at == colour)
		at += sizeof colour;
	return top - at;
}
#else
void
mark_begin(void)
{
}

void
mark_end(void)
{
}

void
stack_paint(void)
{
}

size_t
stack_used(void)
{
	return 0;
}
#endif
