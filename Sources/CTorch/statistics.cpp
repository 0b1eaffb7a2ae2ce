// Token statistics of a softmax policy, without its logits: log-probabilities, entropies and divergences in chunks.

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include "support.hpp"

using namespace ctorch;

namespace {

// A bfloat16 projection alone moves probability ratios: logits are always formed and normalised in at least float32.
at::Tensor widened(const at::Tensor &tensor) {
  const auto type = tensor.scalar_type();
  return type == at::kBFloat16 || type == at::kHalf ? tensor.to(at::kFloat) : tensor;
}

// `weight` is widened already, once for all chunks.
at::Tensor log_probabilities_of(const at::Tensor &hidden, const at::Tensor &weight, double temperature) {
  auto logits = at::mm(widened(hidden), weight.t());
  if (temperature != 1.0) logits.div_(temperature);
  return at::log_softmax(logits, 1);
}

struct TokenStatistics : public torch::autograd::Function<TokenStatistics> {
  static torch::autograd::variable_list forward(
      torch::autograd::AutogradContext *context, const at::Tensor &hidden, const at::Tensor &weight,
      const at::Tensor &targets, const std::optional<at::Tensor> &other_hidden,
      const std::optional<at::Tensor> &other_weight, double temperature, int64_t rows_per_chunk) {
    const bool against = other_hidden.has_value();
    const auto reference_hidden = other_hidden.value_or(at::Tensor()), reference_weight = other_weight.value_or(at::Tensor());
    const auto projection = widened(weight), reference_projection = against ? widened(reference_weight) : at::Tensor();
    const int64_t rows = hidden.size(0);
    const auto type = hidden.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
    auto chosen = at::empty({rows, targets.size(1)}, hidden.options().dtype(type));
    auto entropies = at::empty({rows}, hidden.options().dtype(type));
    auto divergences = against ? at::empty({rows}, hidden.options().dtype(type)) : at::Tensor();
    for (int64_t start = 0; start < rows; start += rows_per_chunk) {
      const int64_t count = std::min(rows_per_chunk, rows - start);
      auto log_p = log_probabilities_of(hidden.narrow(0, start, count), projection, temperature);
      chosen.narrow(0, start, count).copy_(log_p.gather(1, targets.narrow(0, start, count)));
      auto p = log_p.exp();
      entropies.narrow(0, start, count).copy_((p * log_p).sum(1).neg_());
      if (against) {
        auto log_q = log_probabilities_of(reference_hidden.narrow(0, start, count), reference_projection, temperature);
        divergences.narrow(0, start, count).copy_((p * (log_p - log_q)).sum(1));
      }
    }
    context->save_for_backward({hidden, weight, targets, reference_hidden, reference_weight, entropies, divergences});
    context->saved_data["temperature"] = temperature;
    context->saved_data["rows"] = rows_per_chunk;
    return against ? torch::autograd::variable_list{chosen, entropies, divergences}
                   : torch::autograd::variable_list{chosen, entropies};
  }

  // With p the policy and g the incoming gradients, ∂/∂logits =
  //   Σ_k g_k (1[target_k] − p)  −  g_H · p (log p + H)  +  g_D · p (log p − log q − D),  all divided by temperature.
  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext *context, torch::autograd::variable_list gradients) {
    auto saved = context->get_saved_variables();
    const auto &hidden = saved[0], &weight = saved[1], &targets = saved[2], &reference_hidden = saved[3],
               &reference_weight = saved[4], &entropies = saved[5], &divergences = saved[6];
    const double temperature = context->saved_data["temperature"].toDouble();
    const int64_t rows_per_chunk = context->saved_data["rows"].toInt();
    const bool from_chosen = gradients[0].defined(), from_entropy = gradients[1].defined();
    const bool from_divergence = gradients.size() > 2 && gradients[2].defined();
    const auto projection = widened(weight);
    const auto reference_projection = from_divergence ? widened(reference_weight) : at::Tensor();
    // Nothing here is in place that a second differentiation needs.
    auto hidden_gradient = at::empty_like(hidden);
    // A projection that is not trained gets no gradient, nor room for one.
    const bool wanted = context->needs_input_grad(1);
    auto weight_gradient = wanted ? at::zeros_like(projection) : at::Tensor();
    for (int64_t start = 0; start < hidden.size(0); start += rows_per_chunk) {
      const int64_t count = std::min(rows_per_chunk, hidden.size(0) - start);
      auto h = widened(hidden.narrow(0, start, count));
      auto log_p = log_probabilities_of(h, projection, temperature);
      auto p = log_p.exp();
      at::Tensor slope;
      if (from_entropy || from_divergence) {
        slope = at::zeros_like(p);
        if (from_entropy) {
          auto g = gradients[1].narrow(0, start, count).unsqueeze(1);
          slope.sub_(p * (log_p + entropies.narrow(0, start, count).unsqueeze(1)) * g);
        }
        if (from_divergence) {
          auto g = gradients[2].narrow(0, start, count).unsqueeze(1);
          auto log_q = log_probabilities_of(reference_hidden.narrow(0, start, count), reference_projection, temperature);
          slope.add_(p * (log_p - log_q - divergences.narrow(0, start, count).unsqueeze(1)) * g);
        }
      }
      if (from_chosen) {
        auto g = gradients[0].narrow(0, start, count).contiguous();
        auto total = g.sum(1, /*keepdim=*/true);
        slope = slope.defined() ? slope.sub_(p * total) : p * total.neg();
        slope.scatter_add_(1, targets.narrow(0, start, count), g);
      }
      if (temperature != 1.0) slope.div_(temperature);
      hidden_gradient.narrow(0, start, count).copy_(at::mm(slope, projection));
      if (wanted) weight_gradient.addmm_(slope.t(), h);
    }
    if (wanted) weight_gradient = weight_gradient.to(weight.scalar_type());
    return {hidden_gradient, weight_gradient, at::Tensor(), at::Tensor(), at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

ct_status_t ct_token_statistics(
    ct_tensor_t hidden, ct_tensor_t weight, ct_tensor_t targets, double temperature, ct_tensor_t reference_hidden,
    ct_tensor_t reference_weight, int64_t rows_per_chunk, ct_tensor_t *log_probabilities, ct_tensor_t *entropies,
    ct_tensor_t *divergences) {
  return guarded([&] {
    auto results = TokenStatistics::apply(
        borrow(hidden), borrow(weight), borrow(targets), borrow_optional(reference_hidden),
        borrow_optional(reference_weight), temperature, rows_per_chunk);
    *log_probabilities = give(results[0]);
    *entropies = give(results[1]);
    *divergences = results.size() > 2 ? give(results[2]) : nullptr;
  });
}
