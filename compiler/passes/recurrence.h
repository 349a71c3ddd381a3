/* recurrence.h: what waits for what from one time step to the next. */
#ifndef NETC_RECURRENCE_H
#define NETC_RECURRENCE_H
#include "../ir.h"

/* For every node of a net that is not unrolled the number of its cycle: two nodes have the same number if each needs
 * the other, through delays of any depth and sign. A node in no cycle has a number of its own. In the arena. */
int32_t *graph_cycles(const Graph *g);
#endif
