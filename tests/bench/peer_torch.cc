/* peer_torch.cc: PyTorch's C++ library: at::lstm and its like, which nn.LSTM calls.
 *
 * In inference mode; with 'train' by autograd, mse_loss and the library's AdamW. nn.LSTM has a second bias; here it
 * stays at zero, untrained, so that both sides train the same weights. */
#include "peer.h"
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <cstring>
#include <memory>
#include <torch/optim/adamw.h>
#include <vector>

namespace
{

struct Part {
	LayerKind kind;
	bool last; /* only the last step goes on */
	std::vector<at::Tensor> weights, states;
};

std::vector<Part> parts;
const Workload *load; /* borrowed */
int steps, batch;
size_t outputs;
std::unique_ptr<torch::optim::AdamW> adamw;

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
tensor_at(const float *data, at::IntArrayRef shape)
{
	return at::from_blob(const_cast<float *>(data), shape);
}

at::Tensor
tensor_of(const float *data, at::IntArrayRef shape)
{
	return tensor_at(data, shape).clone();
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

at::Tensor
net_run(const float *x)
{
	at::Tensor v = tensor_at(x, {steps, batch, load->layer[0].in});
	for (const Part &p : parts) {
		v = part_run(p, v);
		if (p.last)
			v = v[steps - 1];
	}
	return v;
}

void
net_build()
{
	parts.clear();
	for (int k = 0; k < load->layers; k++)
		parts.push_back(part_of(load->layer[k], load->last));
}

/* The first weights, and an optimiser that has seen nothing. */
void
training_start()
{
	std::vector<at::Tensor> trained;
	net_build();
	for (Part &p : parts)
		for (size_t k = 0; k < p.weights.size() && k < 3; k++)
			trained.push_back(p.weights[k].set_requires_grad(true));
	adamw.reset(new torch::optim::AdamW(
		trained, torch::optim::AdamWOptions(TRAIN_RATE).weight_decay(TRAIN_DECAY).eps(TRAIN_EPSILON)));
}

float
update(const float *x)
{
	at::Tensor y = net_run(x);
	at::Tensor target = tensor_at(x + (long)steps * batch * load->layer[0].in, y.sizes());
	adamw->zero_grad();
	at::Tensor loss = at::mse_loss(y, target);
	loss.backward();
	adamw->step();
	return loss.item<float>();
}

float *
put(float *to, const at::Tensor &from)
{
	std::memcpy(to, from.contiguous().data_ptr<float>(), from.numel() * sizeof(float));
	return to + from.numel();
}

/* A layer's weights in the order of workload.h. */
float *
part_write(const Part &p, const Layer &l, float *to)
{
	at::NoGradGuard guard;
	if (l.kind == LAYER_DENSE)
		return put(put(to, p.weights[0].t()), p.weights[1]);
	std::vector<int> order = gate_order(l.kind);
	for (int g = 0; g < l.gates; g++)
		for (int k = 0; k < l.gates; k++)
			if (order[k] == g)
				for (int part = 0; part < 3; part++)
					to = put(to, p.weights[part].narrow(0, (long)k * l.out, l.out).t());
	return to;
}

void
train(const float *x, float *y)
{
	if (!y) {
		update(x);
		return;
	}
	training_start();
	for (int k = 0; k < UPDATES; k++)
		*y++ = update(x);
	for (size_t k = 0; k < parts.size(); k++)
		y = part_write(parts[k], load->layer[k], y);
}

} // namespace

/* A gru's second bias is trained in netc. */
bool
peer_open(const Workload *w, const char *)
{
	at::set_num_threads(1);
	load = w;
	steps = w->steps;
	batch = w->batch;
	outputs = workload_outputs(w);
	for (int k = 0; w->train && k < w->layers; k++)
		if (w->layer[k].kind == LAYER_GRU)
			return false;
	c10::InferenceMode guard(!w->train);
	net_build();
	return true;
}

void
peer_run(const float *x, float *y)
{
	if (load->train)
		return train(x, y);
	c10::InferenceMode guard;
	at::Tensor v = net_run(x);
	std::memcpy(y, v.contiguous().data_ptr<float>(), outputs * sizeof(float));
}
