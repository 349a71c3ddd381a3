/* protobuf.h: writes protobuf messages into a Text, field by field.
 *
 * A message inside a message is begun, filled and ended; its length is put in front of it at the end. */
#ifndef NETC_BACK_PROTOBUF_H
#define NETC_BACK_PROTOBUF_H
#include "../base.h"

void pb_int(Text *t, int field, int64_t v); /* int32, int64, enum */
void pb_bytes(Text *t, int field, const void *p, size_t n);
void pb_string(Text *t, int field, const char *s);
/* The mark that pb_end wants. Messages end in the reverse of the order in which they began. */
size_t pb_begin(Text *t, int field);
void pb_end(Text *t, size_t mark);
#endif
