/* checkpoint.h: a Trainer as a .safetensors file.
 *
 * The weights stand in it, after the prefix "model.", under the names and in the packing of a PyTorch module with
 *     rnn = nn.LSTM(96, 128, num_layers=2)        head = nn.Linear(128, 96)
 * which is how load.py and netc (--weights FILE --prefix model.) read them. What training goes on from stands beside
 * them: adamw.m, adamw.v (flat, in the order of charrnn_params), adamw.step, train.state, train.update. All float32. */
#ifndef CHECKPOINT_H
#define CHECKPOINT_H
#include "train.h"

/* NULL, or what is wrong. The file appears whole or not at all. */
const char *checkpoint_write(const char *path, const Trainer *t);
const char *checkpoint_read(const char *path, Trainer *t);

#endif
