/* peer_onednn.cc: oneDNN's recurrent primitives, and inner products with the activation in them.
 *
 * The weights are reordered once into the layout that the primitive asks for. Initial states are left out, which
 * means zeros. */
#include "peer.h"
#include <cstring>
#include <dnnl.hpp>
#include <unordered_map>
#include <vector>

using namespace dnnl;
using Dims = memory::dims;

namespace
{

struct Part {
	primitive p;
	std::unordered_map<int, memory> arguments;
	int output; /* which of them */
};

engine cpu;
stream queue;
std::vector<Part> parts;
size_t outputs;
const auto f32 = memory::data_type::f32;
const auto tag_any = memory::format_tag::any;

/* The letters of the gates in oneDNN's order, as places in ours (f i o c; r u h; y). */
std::vector<int>
gate_order(LayerKind kind)
{
	switch (kind) {
	case LAYER_LSTM: return {1, 0, 3, 2};
	case LAYER_GRU: return {1, 0, 2};
	default: return {0};
	}
}

memory
filled(const memory::desc &d, const std::vector<float> &values)
{
	memory m(d, cpu);
	std::memcpy(m.get_data_handle(), values.data(), values.size() * sizeof(float));
	return m;
}

memory
reordered(memory from, const memory::desc &wanted)
{
	if (from.get_desc() == wanted)
		return from;
	memory to(wanted, cpu);
	reorder(from, to).execute(queue, from, to);
	queue.wait();
	return to;
}

/* The matrices of all gates as (1, 1, rows, gates, out). */
memory
gates_of(const Layer &l, const float *const *matrix, int rows)
{
	std::vector<float> v;
	for (int i = 0; i < rows; i++)
		for (int g : gate_order(l.kind))
			v.insert(v.end(), matrix[g] + i * l.out, matrix[g] + (i + 1) * l.out);
	return filled({{1, 1, rows, l.gates, l.out}, f32, memory::format_tag::ldigo}, v);
}

/* The biases; a gru has a fourth one, of the product with the state. */
memory
biases_of(const Layer &l)
{
	std::vector<float> v;
	for (int g : gate_order(l.kind))
		v.insert(v.end(), l.b[g], l.b[g] + l.out);
	if (l.kind == LAYER_GRU)
		v.insert(v.end(), l.bh, l.bh + l.out);
	return filled({{1, 1, static_cast<long>(v.size()) / l.out, l.out}, f32, memory::format_tag::ldgo}, v);
}

/* What all three kinds of recurrent primitive have in common; made is the primitive's description. */
template <class Made>
void
recurrent_add(const Layer &l, const Made &made, memory bias)
{
	Part part{typename std::remove_const<Made>::type::primitive_type(made.pd), {}, DNNL_ARG_DST_LAYER};
	part.arguments = {{DNNL_ARG_SRC_LAYER, memory(made.pd.src_layer_desc(), cpu, nullptr)},
			  {DNNL_ARG_WEIGHTS_LAYER, reordered(gates_of(l, l.wx, l.in), made.pd.weights_layer_desc())},
			  {DNNL_ARG_WEIGHTS_ITER, reordered(gates_of(l, l.wh, l.out), made.pd.weights_iter_desc())},
			  {DNNL_ARG_BIAS, bias},
			  {DNNL_ARG_DST_LAYER, memory(made.pd.dst_layer_desc(), cpu)}};
	parts.push_back(part);
}

template <class Primitive> struct Made {
	using primitive_type = Primitive;
	typename Primitive::primitive_desc pd;
};

void
recurrent_open(const Layer &l, int steps, int batch)
{
	const auto tnc = memory::format_tag::tnc;
	const auto kind = prop_kind::forward_inference;
	const auto along = rnn_direction::unidirectional_left2right;
	memory bias = biases_of(l);
	memory::desc x({steps, batch, l.in}, f32, tnc), y({steps, batch, l.out}, f32, tnc), none;
	memory::desc wx({1, 1, l.in, l.gates, l.out}, f32, tag_any), wh({1, 1, l.out, l.gates, l.out}, f32, tag_any);
	if (l.kind == LAYER_LSTM) {
		lstm_forward::desc d(kind, along, x, none, none, wx, wh, bias.get_desc(), y, none, none);
		recurrent_add(l, Made<lstm_forward>{{d, cpu}}, bias);
	} else if (l.kind == LAYER_GRU) {
		lbr_gru_forward::desc d(kind, along, x, none, wx, wh, bias.get_desc(), y, none);
		recurrent_add(l, Made<lbr_gru_forward>{{d, cpu}}, bias);
	} else {
		vanilla_rnn_forward::desc d(kind, algorithm::eltwise_tanh, along, x, none, wx, wh, bias.get_desc(), y,
					    none);
		recurrent_add(l, Made<vanilla_rnn_forward>{{d, cpu}}, bias);
	}
}

void
dense_open(const Layer &l, int rows, bool sigmoid)
{
	primitive_attr how;
	post_ops after;
	if (sigmoid)
		after.append_eltwise(1, algorithm::eltwise_logistic, 0, 0);
	how.set_post_ops(after);
	memory::desc x({rows, l.in}, f32, memory::format_tag::ab), y({rows, l.out}, f32, memory::format_tag::ab);
	memory::desc w({l.out, l.in}, f32, tag_any), b({l.out}, f32, memory::format_tag::a);
	inner_product_forward::primitive_desc d({prop_kind::forward_inference, x, w, b, y}, how, cpu);
	std::vector<float> weights(l.wx[0], l.wx[0] + l.in * l.out), bias(l.b[0], l.b[0] + l.out);
	memory mine = filled({{l.out, l.in}, f32, memory::format_tag::ba}, weights);
	Part part{inner_product_forward(d), {}, DNNL_ARG_DST};
	part.arguments = {{DNNL_ARG_SRC, memory(d.src_desc(), cpu, nullptr)},
			  {DNNL_ARG_WEIGHTS, reordered(mine, d.weights_desc())},
			  {DNNL_ARG_BIAS, filled(b, bias)},
			  {DNNL_ARG_DST, memory(d.dst_desc(), cpu)}};
	parts.push_back(part);
}

memory &
source(Part &p)
{
	return p.arguments[p.output == DNNL_ARG_DST ? DNNL_ARG_SRC : DNNL_ARG_SRC_LAYER];
}

} // namespace

bool
peer_open(const Workload *w, const char *)
{
	cpu = engine(engine::kind::cpu, 0);
	queue = stream(cpu);
	outputs = workload_outputs(w);
	int steps = w->steps;
	const float *from = nullptr;
	for (int k = 0; k < w->layers; k++) {
		const Layer &l = w->layer[k];
		if (l.kind == LAYER_SIGMOID) /* in the dense layer before it */
			continue;
		if (layer_is_recurrent(&l))
			recurrent_open(l, steps, w->batch);
		else
			dense_open(l, steps * w->batch, k + 1 < w->layers && w->layer[k + 1].kind == LAYER_SIGMOID);
		source(parts.back()).set_data_handle(const_cast<float *>(from));
		from = static_cast<float *>(parts.back().arguments[parts.back().output].get_data_handle());
		if (w->last && layer_is_recurrent(&l)) {
			from += (steps - 1) * w->batch * l.out;
			steps = 1;
		}
	}
	return true;
}

void
peer_run(const float *x, float *y)
{
	source(parts.front()).set_data_handle(const_cast<float *>(x));
	for (Part &p : parts)
		p.p.execute(queue, p.arguments);
	queue.wait();
	std::memcpy(y, parts.back().arguments[parts.back().output].get_data_handle(), outputs * sizeof(float));
}
