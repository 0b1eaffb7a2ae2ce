// What the two ways to token statistics share: by operators (statistics.cpp) and by kernels (statistics_parts.cpp).

#pragma once

#include <ATen/core/Tensor.h>
#include <torch/csrc/autograd/variable.h>

#include <utility>

namespace ctorch::statistics {

// A bfloat16 projection alone moves probability ratios: logits are always formed and normalised in at least float32.
inline at::Tensor widened(const at::Tensor &tensor) {
  const auto type = tensor.scalar_type();
  return type == at::kBFloat16 || type == at::kHalf ? tensor.to(at::kFloat) : tensor;
}

// Hidden states and the projection that makes logits of them; undefined where there is no other policy.
struct Projected {
  at::Tensor hidden, weight;

  explicit operator bool() const { return hidden.defined(); }
};

// How much is done at once, and how.
struct Plan {
  double temperature;
  int64_t chunk;  // logits at a time
  int64_t kept;   // logits that may be kept for the gradients
  bool by_operators;
};

// What was asked, [n, k] tokens, and what came of it, [n, k], [n] and [n].
struct Statistics {
  at::Tensor chosen, entropies, divergences;
};

struct Levels {
  at::Tensor own, others;  // ln Z of each row [n] float64
};

// By kernels on the CPU, in parts of the vocabulary: logits go to `kept` where that is defined.
Levels count_parts(
    const Projected &policy, const Projected &reference, const at::Tensor &targets, const Plan &plan, const at::Tensor &kept,
    Statistics &out);

// Gradients to hidden states and projection (undefined where it is not wanted); `kept` becomes the slopes.
std::pair<at::Tensor, at::Tensor> differentiate_parts(
    const Projected &policy, const Projected &reference, const at::Tensor &targets, const Plan &plan, const at::Tensor &kept,
    const Statistics &out, const Levels &levels, const torch::autograd::variable_list &gradients, bool wants_weight);

}  // namespace ctorch::statistics
