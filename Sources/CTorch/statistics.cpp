// Token statistics of a softmax policy, without its logits: log-probabilities, entropies and divergences.
//
// Kernels go through the vocabulary in parts, so that a part of the projection is read once for all rows; operators, on other
// devices and where gradients are differentiated again, go through the rows.

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "statistics.hpp"
#include "support.hpp"

using namespace ctorch;
using namespace ctorch::statistics;
using torch::autograd::AutogradContext, torch::autograd::variable_list;

namespace {

Statistics empty_statistics(const Projected &policy, const at::Tensor &targets, bool against) {
  const auto type = policy.hidden.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  const auto options = policy.hidden.options().dtype(type);
  const int64_t rows = policy.hidden.size(0);
  return {at::empty({rows, targets.size(1)}, options), at::empty({rows}, options), against ? at::empty({rows}, options) : at::Tensor()};
}

// ---- By operators, in blocks of rows ---------------------------------------------------------------

// `weight` is widened already, once for all blocks.
at::Tensor log_probabilities_of(const at::Tensor &hidden, const at::Tensor &weight, double temperature) {
  auto logits = at::mm(widened(hidden), weight.t());
  if (temperature != 1.0) logits.div_(temperature);
  return at::log_softmax(logits, 1);
}

int64_t rows_of(const Projected &policy, const Plan &plan) {
  return std::max<int64_t>(32, plan.chunk / std::max<int64_t>(1, policy.weight.size(0)));
}

void count_rows(const Projected &policy, const Projected &reference, const at::Tensor &targets, const Plan &plan, Statistics &out) {
  const auto projection = widened(policy.weight), other = reference ? widened(reference.weight) : at::Tensor();
  const int64_t rows = policy.hidden.size(0), block = rows_of(policy, plan);
  for (int64_t start = 0; start < rows; start += block) {
    const int64_t count = std::min(block, rows - start);
    const auto log_p = log_probabilities_of(policy.hidden.narrow(0, start, count), projection, plan.temperature);
    out.chosen.narrow(0, start, count).copy_(log_p.gather(1, targets.narrow(0, start, count)));
    const auto p = log_p.exp();
    out.entropies.narrow(0, start, count).copy_((p * log_p).sum(1).neg_());
    if (!reference) continue;
    const auto log_q = log_probabilities_of(reference.hidden.narrow(0, start, count), other, plan.temperature);
    out.divergences.narrow(0, start, count).copy_((p * (log_p - log_q)).sum(1));
  }
}

// With p the policy and g the incoming gradients, ∂/∂logits =
//   Σ_k g_k (1[target_k] − p)  −  g_H · p (log p + H)  +  g_D · p (log p − log q − D),  all divided by temperature.
// Nothing here is in place that a second differentiation needs.
std::pair<at::Tensor, at::Tensor> differentiate_rows(
    const Projected &policy, const Projected &reference, const at::Tensor &targets, const Plan &plan, const Statistics &out,
    const variable_list &gradients, bool wants_weight) {
  const bool from_chosen = gradients[0].defined(), from_entropy = gradients[1].defined();
  const bool against = gradients.size() > 2 && gradients[2].defined();
  const auto projection = widened(policy.weight), other = against ? widened(reference.weight) : at::Tensor();
  const int64_t rows = policy.hidden.size(0), block = rows_of(policy, plan);
  auto hidden_gradient = at::empty_like(policy.hidden);
  auto weight_gradient = wants_weight ? at::zeros_like(projection) : at::Tensor();
  for (int64_t start = 0; start < rows; start += block) {
    const int64_t count = std::min(block, rows - start);
    const auto h = widened(policy.hidden.narrow(0, start, count));
    const auto log_p = log_probabilities_of(h, projection, plan.temperature);
    const auto p = log_p.exp();
    at::Tensor slope;
    if (from_entropy || against) {
      slope = at::zeros_like(p);
      if (from_entropy) {
        auto g = gradients[1].narrow(0, start, count).unsqueeze(1);
        slope.sub_(p * (log_p + out.entropies.narrow(0, start, count).unsqueeze(1)) * g);
      }
      if (against) {
        auto g = gradients[2].narrow(0, start, count).unsqueeze(1);
        auto log_q = log_probabilities_of(reference.hidden.narrow(0, start, count), other, plan.temperature);
        slope.add_(p * (log_p - log_q - out.divergences.narrow(0, start, count).unsqueeze(1)) * g);
      }
    }
    if (from_chosen) {
      auto g = gradients[0].narrow(0, start, count).contiguous();
      auto total = g.sum(1, /*keepdim=*/true);
      slope = slope.defined() ? slope.sub_(p * total) : p * total.neg();
      slope.scatter_add_(1, targets.narrow(0, start, count), g);
    }
    if (plan.temperature != 1.0) slope.div_(plan.temperature);
    hidden_gradient.narrow(0, start, count).copy_(at::mm(slope, projection));
    if (wants_weight) weight_gradient.addmm_(slope.t(), h);
  }
  return {hidden_gradient, weight_gradient};
}

// ---- The function ----------------------------------------------------------------------------------

struct TokenStatistics : public torch::autograd::Function<TokenStatistics> {
  static variable_list forward(
      AutogradContext *context, const at::Tensor &hidden, const at::Tensor &weight, const at::Tensor &targets,
      const std::optional<at::Tensor> &other_hidden, const std::optional<at::Tensor> &other_weight, const Plan *plan, bool keeps) {
    const Projected policy{hidden.contiguous(), weight.contiguous()};
    const Projected reference{other_hidden.value_or(at::Tensor()), other_weight.value_or(at::Tensor())};
    const auto asked = targets.contiguous();
    auto out = empty_statistics(policy, asked, bool(reference));
    Levels levels;
    at::Tensor kept;
    if (plan->by_operators) {
      count_rows(policy, reference, asked, *plan, out);
    } else {
      const int64_t count = hidden.size(0) * weight.size(0);
      if (keeps && count <= plan->kept) kept = at::empty({hidden.size(0), weight.size(0)}, out.chosen.options());
      levels = count_parts(policy, reference, asked, *plan, kept, out);
    }
    context->save_for_backward(
        {hidden, weight, asked, reference.hidden, reference.weight, out.chosen, out.entropies, out.divergences, levels.own, levels.others,
         kept});
    context->saved_data["temperature"] = plan->temperature;
    context->saved_data["chunk"] = plan->chunk;
    context->saved_data["operators"] = plan->by_operators;
    return reference ? variable_list{out.chosen, out.entropies, out.divergences} : variable_list{out.chosen, out.entropies};
  }

  static variable_list backward(AutogradContext *context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const Projected policy{saved[0], saved[1]}, reference{saved[3], saved[4]};
    const auto &targets = saved[2];
    const Statistics out{saved[5], saved[6], saved[7]};
    const Plan plan{
        context->saved_data["temperature"].toDouble(), context->saved_data["chunk"].toInt(), 0,
        context->saved_data["operators"].toBool()};
    // A projection that is not trained gets no gradient, nor room for one.
    const bool wants_weight = context->needs_input_grad(1);
    std::pair<at::Tensor, at::Tensor> found;
    if (plan.by_operators || at::GradMode::is_enabled()) {
      found = differentiate_rows(policy, reference, targets, plan, out, gradients, wants_weight);
    } else {
      // What was kept becomes the slopes: without recording there is no second time.
      const Projected whole{policy.hidden.contiguous(), policy.weight.contiguous()};
      const Levels levels{saved[8], saved[9]};
      found = differentiate_parts(whole, reference, targets, plan, saved[10], out, levels, gradients, wants_weight);
    }
    if (wants_weight) found.second = found.second.to(policy.weight.scalar_type());
    return {found.first.to(policy.hidden.scalar_type()), found.second, {}, {}, {}, {}, {}};
  }
};

}  // namespace

ct_status_t ct_token_statistics(
    ct_tensor_t hidden, ct_tensor_t weight, ct_tensor_t targets, double temperature, ct_tensor_t reference_hidden,
    ct_tensor_t reference_weight, int64_t chunk, int64_t kept, bool by_operators, ct_tensor_t *log_probabilities,
    ct_tensor_t *entropies, ct_tensor_t *divergences) {
  return guarded([&] {
    const auto states = borrow(hidden), projection = borrow(weight);
    const Plan plan{temperature, chunk, kept, by_operators || !states.is_cpu()};
    const bool keeps = at::GradMode::is_enabled() && (states.requires_grad() || projection.requires_grad());
    auto results = TokenStatistics::apply(
        states, projection, borrow(targets), borrow_optional(reference_hidden), borrow_optional(reference_weight), &plan, keeps);
    *log_probabilities = give(results[0]);
    *entropies = give(results[1]);
    *divergences = results.size() > 2 ? give(results[2]) : nullptr;
  });
}
