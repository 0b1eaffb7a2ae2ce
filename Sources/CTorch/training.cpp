// Automatic differentiation and optimizer steps.

#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "support.hpp"
#include "vectors.hpp"

using namespace ctorch;

// ---- Automatic differentiation through the engine's tape ---------------------------------------------

void ct_set_recording(bool value) { recording = value; }
bool ct_is_recording(void) { return recording; }
bool ct_requires_gradient(ct_tensor_t tensor) { return borrow(tensor).requires_grad(); }

ct_status_t ct_set_requires_gradient(ct_tensor_t tensor, bool value) {
  return guarded([&] { borrow(tensor).set_requires_grad(value); });
}

ct_status_t ct_detach(ct_tensor_t tensor, ct_tensor_t *out) {
  return guarded([&] { *out = give(borrow(tensor).detach()); });
}

ct_status_t ct_gradients(ct_tensor_t output, const ct_tensor_t *inputs, int64_t count, bool record, ct_tensor_t *out) {
  return guarded([&] {
    auto sources = borrow(inputs, count);
    auto gradients = torch::autograd::grad(
        {borrow(output)}, sources, /*grad_outputs=*/{}, /*retain_graph=*/record, /*create_graph=*/record,
        /*allow_unused=*/true);
    for (int64_t i = 0; i < count; ++i) {
      auto &gradient = gradients[i];
      // Optimizers write into gradients: one that repeats its elements, or shares them, gets storage of its own.
      if (!gradient.defined()) gradient = at::zeros_like(sources[i]);
      else if (gradient.is_sparse()) gradient = gradient.to_dense();
      else if (gradient.use_count() > 1 || gradient.storage().use_count() > 1 || !gradient.is_non_overlapping_and_dense())
        gradient = gradient.clone();
      out[i] = give(std::move(gradient));
    }
  });
}

// ---- Optimizer steps on many tensors at once, in place -----------------------------------------------

namespace {

// Whether they are what the kernels take: float32 without gaps, on the CPU.
bool are_plain(const std::vector<at::Tensor> &tensors) {
  return std::all_of(tensors.begin(), tensors.end(), [](const at::Tensor &tensor) {
    return tensor.is_cpu() && tensor.scalar_type() == at::kFloat && tensor.is_contiguous();
  });
}

// What a thread takes of a tensor at a time.
constexpr int64_t block = 1 << 15;

// Calls `body(begin, end)` for blocks of 0..<count, the same however many threads there are.
template <class Body>
void in_blocks(int64_t count, Body &&body) {
  in_parallel((count + block - 1) / block, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) body(i * block, std::min(count, (i + 1) * block));
  });
}

// Loshchilov and Hutter 2019, algorithm 2, with the two corrections for the moments' start.
struct AdamW {
  // `new1` and `new2` are 1 − β₁ and 1 − β₂, which float32 cannot take from each other.
  float decay, new1, beta2, new2, rate, correction, epsilon, gradient_scale;

  CT_INLINE void apply(int64_t count, float *weights, const float *gradients, float *first, float *second) const {
    using namespace vectors;
    int64_t i = 0;
    for (; i + lanes <= count; i += lanes) sixteen(weights + i, gradients + i, first + i, second + i);
    if (i == count) return;
    float rest[4][lanes] = {};
    float *const all[4] = {weights + i, const_cast<float *>(gradients) + i, first + i, second + i};
    for (int k = 0; k < 4; ++k) std::copy_n(all[k], count - i, rest[k]);
    sixteen(rest[0], rest[1], rest[2], rest[3]);
    for (int k = 0; k < 4; ++k) std::copy_n(rest[k], count - i, all[k]);
  }

  CT_INLINE void sixteen(float *weights, const float *gradients, float *first, float *second) const {
    using namespace vectors;
    const auto slope = load(gradients) * gradient_scale;
    const auto mean = load(first) + new1 * (slope - load(first));
    const auto square = beta2 * load(second) + new2 * slope * slope;
    store(first, mean);
    store(second, square);
    store(weights, load(weights) * decay - rate * mean / (__builtin_elementwise_sqrt(square) * correction + epsilon));
  }
};

CT_CLONES void adamw(const AdamW &constants, int64_t count, float *weights, const float *gradients, float *first, float *second) {
  constants.apply(count, weights, gradients, first, second);
}

CT_CLONES double sum_of_squares(const float *values, int64_t count) {
  constexpr int64_t wide = 16;
  double sums[wide] = {};
  int64_t i = 0;
  for (; i + wide <= count; i += wide)
    for (int64_t j = 0; j < wide; ++j) sums[j] += static_cast<double>(values[i + j]) * values[i + j];
  for (; i < count; ++i) sums[i % wide] += static_cast<double>(values[i]) * values[i];
  return std::accumulate(sums, sums + wide, 0.0);
}

}  // namespace

ct_status_t ct_adamw_step(
    const ct_tensor_t *parameters, const ct_tensor_t *gradients, const ct_tensor_t *first_moments,
    const ct_tensor_t *second_moments, const ct_tensor_t *steps, int64_t count, double learning_rate, double beta1,
    double beta2, double weight_decay, double epsilon, double gradient_scale) {
  return guarded([&] {
    at::NoGradGuard no_grad;
    auto counts = borrow(steps, count), weights = borrow(parameters, count), slopes = borrow(gradients, count),
         first = borrow(first_moments, count), second = borrow(second_moments, count);
    if (are_plain(weights) && are_plain(slopes) && are_plain(first) && are_plain(second) && are_plain(counts)) {
      for (int64_t i = 0; i < count; ++i) {
        const double step = *counts[i].data_ptr<float>() += 1;
        const AdamW constants{
            static_cast<float>(1 - learning_rate * weight_decay), static_cast<float>(1 - beta1), static_cast<float>(beta2),
            static_cast<float>(1 - beta2),
            static_cast<float>(learning_rate / (1 - std::pow(beta1, step))),
            static_cast<float>(1 / std::sqrt(1 - std::pow(beta2, step))), static_cast<float>(epsilon),
            static_cast<float>(gradient_scale)};
        float *const w = weights[i].data_ptr<float>(), *const g = slopes[i].data_ptr<float>(), *const m = first[i].data_ptr<float>(),
                    *const v = second[i].data_ptr<float>();
        in_blocks(weights[i].numel(), [&](int64_t from, int64_t to) {
          adamw(constants, to - from, w + from, g + from, m + from, v + from);
        });
        weights[i].unsafeGetTensorImpl()->bump_version();
      }
      return;
    }
    if (gradient_scale != 1) at::_foreach_mul_(slopes, gradient_scale);
    at::_foreach_add_(counts, 1.0);
    at::_fused_adamw_(
        weights, slopes, first, second, /*max_exp_avg_sqs=*/{}, counts, learning_rate, beta1, beta2, weight_decay, epsilon,
        /*amsgrad=*/false, /*maximize=*/false);
  });
}

ct_status_t ct_gradient_norm(const ct_tensor_t *gradients, int64_t count, ct_tensor_t *out) {
  return guarded([&] {
    at::NoGradGuard no_grad;
    const auto all = borrow(gradients, count);
    if (!all.empty() && are_plain(all)) {
      double sum = 0;
      std::vector<double> sums;
      for (const auto &gradient : all) {
        const float *values = gradient.data_ptr<float>();
        sums.assign((gradient.numel() + block - 1) / block, 0);
        in_blocks(gradient.numel(), [&](int64_t from, int64_t to) { sums[from / block] = sum_of_squares(values + from, to - from); });
        sum = std::accumulate(sums.begin(), sums.end(), sum);
      }
      *out = give(at::full({}, std::sqrt(sum), all.front().options()));
      return;
    }
    *out = give(at::linalg_vector_norm(at::stack(at::_foreach_norm(all))));
  });
}

ct_status_t ct_scale_in_place(const ct_tensor_t *tensors, int64_t count, ct_tensor_t factor) {
  return guarded([&] {
    at::NoGradGuard no_grad;
    at::_foreach_mul_(borrow(tensors, count), borrow(factor));
  });
}

ct_status_t ct_add_in_place(const ct_tensor_t *targets, const ct_tensor_t *sources, int64_t count, double factor) {
  return guarded([&] {
    at::NoGradGuard no_grad;
    at::_foreach_add_(borrow(targets, count), borrow(sources, count), factor);
  });
}
