/* train.h: what the options of the training half change in a net before it is unrolled. */
#ifndef NETC_TRAIN_H
#define NETC_TRAIN_H
#include "ir.h"

/* A net whose shapes are solved: makes initial values of states parameters if the loss says so, and parameters of these
 * names, or in layers of these names, not trainable. false after an error. */
bool train_prepare(Graph *net, const char *const *freeze, int nfreeze);
#endif
