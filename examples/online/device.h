/* device.h: what is measured on the device; on other machines these do nothing. */
#ifndef DEVICE_H
#define DEVICE_H
#include <stddef.h>
#include <stdint.h>

/* The instructions between the two are counted, by tests/target/count.c. */
void mark_begin(void);
void mark_end(void);

/* Fills the stack below the caller with a colour; stack_used tells how many bytes of it have lost it since. */
void stack_paint(void);
size_t stack_used(void);

#endif
