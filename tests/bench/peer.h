/* peer.h: what each candidate of the benchmark defines. main.c calls it; each is a program of its own. */
#ifndef PEER_H
#define PEER_H
#include "workload.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Makes itself ready for this workload, whose weights are in w; dir is the workload's folder. false: it cannot do it.
 */
bool peer_open(const Workload *w, const char *dir);
/* One sequence from a state of zeros: x (steps, batch, in) to y (steps, batch, out), with 'last' (batch, out).
 * With 'train' one update of the weights; unless y is NULL, UPDATES of them from the first weights: y gets their losses
 * and the weights that they end with. */
void peer_run(const float *x, float *y);

#ifdef __cplusplus
}
#endif
#endif
