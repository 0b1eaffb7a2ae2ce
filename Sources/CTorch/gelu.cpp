// GELU by tanh on the CPU, forward and backward in one pass each. libtorch's spends its time in a tanh of more digits than
// float32 keeps.

#include <ATen/ops/empty_like.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/gelu_backward.h>
#include <torch/csrc/autograd/custom_function.h>

#include <array>

#include "support.hpp"
#include "vectors.hpp"

using namespace ctorch;

namespace {

using namespace vectors;

// Numbers that a thread takes at least.
constexpr int64_t grain = 32768;

// x · ½(1 + tanh u) = x · σ(2u) with u = √(2/π) · (x + 0.044715 x³); σ and 1 − σ each without cancellation.
template <class T>
struct Gate {
  typename Of<T>::Vector open, shut;
};
constexpr double gate_slope = 1.5957691216057308, gate_cubic = 0.044715;  // 2√(2/π)

template <class T>
CT_INLINE Gate<T> gate(typename Of<T>::Vector x) {
  const auto z = static_cast<T>(gate_slope) * (x + static_cast<T>(gate_cubic) * x * x * x);
  const auto small = exponential(z < 0 ? z : -z);
  const auto large = 1 / (1 + small);
  return {z < 0 ? small * large : large, z < 0 ? large : small * large};
}

template <class T>
CT_INLINE void gated(int64_t count, const T *x, T *out) {
  for (int64_t i = 0; i < count; i += lanes) store(out + i, load(x + i) * gate<T>(load(x + i)).open);
}

template <class T>
CT_INLINE void gated_backward(int64_t count, const T *x, const T *slopes, T *out) {
  for (int64_t i = 0; i < count; i += lanes) {
    const auto value = load(x + i);
    const auto sides = gate<T>(value);
    const auto inner = static_cast<T>(gate_slope) * (1 + static_cast<T>(3 * gate_cubic) * value * value);
    store(out + i, load(slopes + i) * (sides.open + value * sides.open * sides.shut * inner));
  }
}

CT_CLONES void gated_vectors(int64_t count, const float *x, float *out) { gated(count, x, out); }
CT_CLONES void gated_vectors(int64_t count, const double *x, double *out) { gated(count, x, out); }
CT_CLONES void gated_backward_vectors(int64_t count, const float *x, const float *slopes, float *out) {
  gated_backward(count, x, slopes, out);
}
CT_CLONES void gated_backward_vectors(int64_t count, const double *x, const double *slopes, double *out) {
  gated_backward(count, x, slopes, out);
}

// Calls `body(count, sources, to)` for whole vectors, the last one by way of a copy.
template <class T, size_t n, class Body>
void in_vectors(int64_t count, std::array<const T *, n> sources, T *to, Body body) {
  const int64_t whole = count / lanes;
  in_parallel(whole, grain / lanes, [&](int64_t begin, int64_t end) {
    auto moved = sources;
    for (auto &source : moved) source += begin * lanes;
    body((end - begin) * lanes, moved, to + begin * lanes);
  });
  const int64_t done = whole * lanes;
  if (done == count) return;
  T room[n + 1][lanes] = {};
  std::array<const T *, n> copies;
  for (size_t i = 0; i < n; ++i) {
    std::copy(sources[i] + done, sources[i] + count, room[i]);
    copies[i] = room[i];
  }
  body(lanes, copies, room[n]);
  std::copy_n(room[n], count - done, to + done);
}

struct FusedGELU : public torch::autograd::Function<FusedGELU> {
  template <class T>
  static void run(const at::Tensor &x, at::Tensor &out) {
    in_vectors<T, 1>(x.numel(), {x.data_ptr<T>()}, out.data_ptr<T>(), [](int64_t count, const auto &from, T *to) {
      gated_vectors(count, from[0], to);
    });
  }

  template <class T>
  static void run(const at::Tensor &x, const at::Tensor &slopes, at::Tensor &out) {
    in_vectors<T, 2>(x.numel(), {x.data_ptr<T>(), slopes.data_ptr<T>()}, out.data_ptr<T>(), [](int64_t count, const auto &from, T *to) {
      gated_backward_vectors(count, from[0], from[1], to);
    });
  }

  static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &input) {
    const auto x = input.contiguous();
    auto out = at::empty_like(x);
    x.scalar_type() == at::kFloat ? run<float>(x, out) : run<double>(x, out);
    context->save_for_backward({x});
    return out;
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext *context, torch::autograd::variable_list gradients) {
    const auto x = context->get_saved_variables()[0];
    if (at::GradMode::is_enabled()) return {at::gelu_backward(gradients[0], x, "tanh")};
    const auto slopes = gradients[0].contiguous();
    auto out = at::empty_like(x);
    x.scalar_type() == at::kFloat ? run<float>(x, slopes, out) : run<double>(x, slopes, out);
    return {out};
  }
};

}  // namespace

ct_status_t ct_gelu_tanh(ct_tensor_t tensor, ct_tensor_t *out) {
  return guarded([&] {
    const auto x = borrow(tensor);
    *out = give(has_kernels(x) ? FusedGELU::apply(x) : at::gelu(x, "tanh"));
  });
}
