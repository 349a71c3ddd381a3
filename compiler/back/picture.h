/* picture.h: what the back ends that draw share: the graph they draw, and how they name things. */
#ifndef NETC_BACK_PICTURE_H
#define NETC_BACK_PICTURE_H
#include "back.h"
#include "escape.h"
#include "grid.h"

/* The window, else the step, else the net as it is before unrolling. */
const Graph *picture_graph(const Emit *e);
/* Of a window with more columns than these the first two and the last are drawn. */
enum { PICTURE_COLUMNS = 4 };
bool picture_folded(int32_t columns);
bool picture_shows(int32_t columns, int32_t column);
/* "keep = sigmoid (16)\npedal.net:12 σ(x * Wxf)\nmodel.clipper = Clipper": what a box says when the pointer rests on
 * it. */
void picture_tip(Emit *e, const Graph *g, Ref r, Sink sink, const char *newline);
#endif
