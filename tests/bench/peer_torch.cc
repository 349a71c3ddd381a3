/* peer_torch.cc: PyTorch's C++ library: at::lstm and its like, which nn.LSTM calls, in inference mode. */
#include "peer.h"
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <cstring>
#include <vector>

namespace
{

struct Part {
	LayerKind kind;
	bool last; /* only the last step goes on */
	std::vector<at::Tensor> weights, states;
};

std::vector<Part> parts;
int steps, batch;
size_t outputs;

/* The letters of the gates in PyTorch's order, as places in ours (f i o c; r u h; y). */
std::vector<int>
gate_order(LayerKind kind)
{
	switch (kind) {
	case LAYER_LSTM: return {1, 0, 3, 2};
	case LAYER_GRU: return {0, 1, 2};
	default: return {0};
	}
}

at::Tensor
tensor_of(const float *data, at::IntArrayRef shape)
{
	return at::from_blob(const_cast<float *>(data), shape).clone();
}

/* The gates' matrices, turned around, one below the other. */
at::Tensor
stack(const Layer &l, const float *const *matrix, int rows)
{
	std::vector<at::Tensor> all;
	for (int g : gate_order(l.kind))
		all.push_back(tensor_of(matrix[g], {rows, l.out}).t());
	return at::cat(all).contiguous();
}

Part
part_of(const Layer &l, bool last)
{
	Part p{l.kind, last && layer_is_recurrent(&l), {}, {}};
	if (l.kind == LAYER_DENSE)
		p.weights = {tensor_of(l.wx[0], {l.in, l.out}).t().contiguous(), tensor_of(l.b[0], {l.out})};
	if (!layer_is_recurrent(&l))
		return p;
	std::vector<at::Tensor> bias;
	for (int g : gate_order(l.kind))
		bias.push_back(tensor_of(l.b[g], {l.out}));
	at::Tensor again = at::zeros({l.gates * l.out});
	if (l.kind == LAYER_GRU)
		again.slice(0, 2 * l.out).copy_(tensor_of(l.bh, {l.out}));
	p.weights = {stack(l, l.wx, l.in), stack(l, l.wh, l.out), at::cat(bias), again};
	p.states.assign(l.kind == LAYER_LSTM ? 2 : 1, at::zeros({1, batch, l.out}));
	return p;
}

at::Tensor
part_run(const Part &p, const at::Tensor &x)
{
	switch (p.kind) {
	case LAYER_DENSE: return at::linear(x, p.weights[0], p.weights[1]);
	case LAYER_SIGMOID: return at::sigmoid(x);
	case LAYER_LSTM: return std::get<0>(at::lstm(x, p.states, p.weights, true, 1, 0, false, false, false));
	case LAYER_GRU: return std::get<0>(at::gru(x, p.states[0], p.weights, true, 1, 0, false, false, false));
	case LAYER_RNN: return std::get<0>(at::rnn_tanh(x, p.states[0], p.weights, true, 1, 0, false, false, false));
	}
	return x;
}

} // namespace

bool
peer_open(const Workload *w, const char *)
{
	c10::InferenceMode guard;
	at::set_num_threads(1);
	steps = w->steps;
	batch = w->batch;
	outputs = workload_outputs(w);
	for (int k = 0; k < w->layers; k++)
		parts.push_back(part_of(w->layer[k], w->last));
	return true;
}

void
peer_run(const float *x, float *y)
{
	c10::InferenceMode guard;
	static long in = 0;
	in = in ? in : parts[0].weights[0].size(1);
	at::Tensor v = at::from_blob(const_cast<float *>(x), {steps, batch, in});
	for (const Part &p : parts) {
		v = part_run(p, v);
		if (p.last)
			v = v[steps - 1];
	}
	std::memcpy(y, v.contiguous().data_ptr<float>(), outputs * sizeof(float));
}
