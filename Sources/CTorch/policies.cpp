// What policy optimization asks of small batches, in one operator each where libtorch's take ten: on the CPU their cost is not the
// numbers but the calls.

#include <ATen/TensorOperators.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/gather.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>

#include "support.hpp"

using namespace ctorch;

namespace {

// ---- Categorical distributions ---------------------------------------------------------------------

// One row of `count` logits: ln Σ eˣ.
template <class T>
T log_sum(const T *logits, int64_t count) {
  const T top = *std::max_element(logits, logits + count);
  T sum = 0;
  for (int64_t j = 0; j < count; ++j) sum += std::exp(logits[j] - top);
  return top + std::log(sum);
}

template <class T>
void categorical_rows(
    const at::Tensor &logits, const at::Tensor &choices, const at::Tensor &prior, at::Tensor &log, at::Tensor &entropy,
    at::Tensor &divergence) {
  const int64_t rows = logits.size(0), count = logits.size(1);
  const T *x = logits.data_ptr<T>(), *old = prior.defined() ? prior.data_ptr<T>() : nullptr;
  for (int64_t r = 0; r < rows; ++r, x += count) {
    const T level = log_sum(x, count);
    T spread = 0, distance = 0;
    for (int64_t j = 0; j < count; ++j) {
      const T p = std::exp(x[j] - level);
      if (p > 0) spread -= p * (x[j] - level);
      if (!old) continue;
      const T before = std::exp(old[r * count + j]);
      if (before > 0) distance += before * (old[r * count + j] - (x[j] - level));
    }
    const int64_t choice = choices.data_ptr<int64_t>()[r];
    TORCH_CHECK(choice >= 0 && choice < count, "choice ", choice, " of ", count);
    log.data_ptr<T>()[r] = x[choice] - level;
    entropy.data_ptr<T>()[r] = spread;
    if (old) divergence.data_ptr<T>()[r] = distance;
  }
}

// The gradient of Σ a·log π(choice) + b·H + c·KL(prior ‖ π) for slopes a, b, c of each row, any of them undefined.
template <class T>
at::Tensor categorical_slopes(
    const at::Tensor &logits, const at::Tensor &choices, const at::Tensor &prior, const at::Tensor &entropy,
    const torch::autograd::variable_list &slopes) {
  const int64_t rows = logits.size(0), count = logits.size(1);
  auto result = at::empty_like(logits);
  std::vector<at::Tensor> kept(3);
  const T *of[3] = {};
  for (int i = 0; i < 3; ++i)
    if (slopes[i].defined()) of[i] = (kept[i] = slopes[i].contiguous()).data_ptr<T>();
  const T *x = logits.data_ptr<T>();
  T *out = result.data_ptr<T>();
  for (int64_t r = 0; r < rows; ++r, x += count, out += count) {
    const T level = log_sum(x, count), spread = entropy.data_ptr<T>()[r];
    const T a = of[0] ? of[0][r] : 0, b = of[1] ? of[1][r] : 0, c = of[2] ? of[2][r] : 0;
    for (int64_t j = 0; j < count; ++j) {
      const T p = std::exp(x[j] - level);
      out[j] = (c - a) * p;
      if (p > 0) out[j] -= b * p * (x[j] - level + spread);
      if (of[2]) out[j] -= c * std::exp(prior.data_ptr<T>()[r * count + j]);
    }
    out[choices.data_ptr<int64_t>()[r]] += a;
  }
  return result;
}

// Σ p·x where p = 0 adds nothing whatever x is.
at::Tensor expected(const at::Tensor &probabilities, const at::Tensor &values) {
  return (probabilities * at::where(probabilities == 0, at::zeros_like(values), values)).sum(-1);
}

// The same by operators that can be differentiated again, and run on any device.
torch::autograd::variable_list categorical_by_operators(const at::Tensor &logits, const at::Tensor &choices, const at::Tensor &prior) {
  const auto log = at::log_softmax(logits, -1);
  return {
      at::gather(log, 1, choices.unsqueeze(1)).squeeze(1), -expected(log.exp(), log),
      prior.defined() ? expected(prior.exp(), prior - log) : at::Tensor()};
}

struct Categorical : public torch::autograd::Function<Categorical> {
  static torch::autograd::variable_list forward(
      torch::autograd::AutogradContext *context, const at::Tensor &input, const at::Tensor &choices,
      const std::optional<at::Tensor> &given) {
    const auto logits = input.contiguous(), taken = choices.contiguous();
    const auto prior = given ? given->contiguous() : at::Tensor();
    auto log = at::empty({logits.size(0)}, logits.options()), entropy = at::empty_like(log), divergence = at::empty_like(log);
    if (logits.scalar_type() == at::kFloat)
      categorical_rows<float>(logits, taken, prior, log, entropy, divergence);
    else
      categorical_rows<double>(logits, taken, prior, log, entropy, divergence);
    context->set_materialize_grads(false);
    context->save_for_backward({logits, taken, prior, entropy});
    return {log, entropy, divergence};
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext *context, torch::autograd::variable_list slopes) {
    const auto saved = context->get_saved_variables();
    const auto &logits = saved[0], &choices = saved[1], &prior = saved[2], &entropy = saved[3];
    at::Tensor result;
    if (at::GradMode::is_enabled()) {
      const auto log = at::log_softmax(logits, -1), p = log.exp();
      result = at::zeros_like(logits);
      const auto column = [](const at::Tensor &slope) { return slope.unsqueeze(1); };
      if (slopes[0].defined()) result = result + column(slopes[0]) * (at::one_hot(choices, logits.size(1)) - p);
      if (slopes[1].defined())
        result = result - column(slopes[1]) * p * at::where(p == 0, at::zeros_like(log), log + column(-expected(p, log)));
      if (slopes[2].defined()) result = result + column(slopes[2]) * (p - prior.exp());
    } else if (logits.scalar_type() == at::kFloat) {
      result = categorical_slopes<float>(logits, choices, prior, entropy, slopes);
    } else {
      result = categorical_slopes<double>(logits, choices, prior, entropy, slopes);
    }
    return {result, at::Tensor(), at::Tensor()};
  }
};

// ---- The clipped surrogate -------------------------------------------------------------------------

struct Clip {
  double range, dual;  // dual: 0 for none

  // −min(ρA, clip(ρ)A), with a dual bound no more than −cA where A < 0; and its slope by ln ρ, zero where a bound holds.
  template <class T>
  void rows(const at::Tensor &log_ratios, const at::Tensor &advantages, at::Tensor &losses, at::Tensor &slopes, at::Tensor &clipped) const {
    const T low = static_cast<T>(1 - range), high = static_cast<T>(1 + range), bound = static_cast<T>(dual);
    const T *x = log_ratios.data_ptr<T>(), *advantage = advantages.data_ptr<T>();
    for (int64_t i = 0; i < log_ratios.numel(); ++i) {
      const T ratio = std::exp(x[i]), a = advantage[i];
      const bool past = (ratio > high && a > 0) || (ratio < low && a < 0), capped = dual > 0 && ratio > bound && a < 0;
      const T held = ratio > high ? high : ratio < low ? low : ratio;
      losses.data_ptr<T>()[i] = capped ? -bound * a : std::max(-ratio * a, -held * a);
      slopes.data_ptr<T>()[i] = past || capped ? T(0) : -ratio * a;
      clipped.data_ptr<T>()[i] = past || capped ? T(1) : T(0);
    }
  }

  // NaN is nobody's bound: it goes on to the loss, where it is found.
  std::pair<at::Tensor, at::Tensor> by_operators(const at::Tensor &log_ratios, const at::Tensor &advantages) const {
    const auto ratios = log_ratios.exp();
    auto losses = at::maximum(-(ratios * advantages), -(at::clamp(ratios, 1 - range, 1 + range) * advantages));
    auto clipped = ((ratios > 1 + range) & (advantages > 0)) | ((ratios < 1 - range) & (advantages < 0));
    if (dual > 0) {
      losses = at::where(advantages >= 0, losses, at::minimum(losses, at::clamp(advantages, std::nullopt, 0) * -dual));
      clipped = clipped | ((ratios > dual) & (advantages < 0));
    }
    return {losses, clipped.to(advantages.scalar_type())};
  }
};

struct ClippedSurrogate : public torch::autograd::Function<ClippedSurrogate> {
  static torch::autograd::variable_list forward(
      torch::autograd::AutogradContext *context, const at::Tensor &ratios, const at::Tensor &given, const Clip &clip) {
    const auto log_ratios = ratios.contiguous(), advantages = given.contiguous();
    auto losses = at::empty_like(log_ratios), slopes = at::empty_like(log_ratios), clipped = at::empty_like(log_ratios);
    if (log_ratios.scalar_type() == at::kFloat)
      clip.rows<float>(log_ratios, advantages, losses, slopes, clipped);
    else
      clip.rows<double>(log_ratios, advantages, losses, slopes, clipped);
    context->save_for_backward({slopes});
    context->mark_non_differentiable({clipped});
    return {losses, clipped};
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext *context, torch::autograd::variable_list gradients) {
    TORCH_CHECK(!at::GradMode::is_enabled(), "the fused clipped surrogate has no second derivative");
    return {gradients[0] * context->get_saved_variables()[0], at::Tensor(), at::Tensor()};
  }
};

}  // namespace

ct_status_t ct_categorical_statistics(
    ct_tensor_t logits, ct_tensor_t choices, ct_tensor_t prior, ct_tensor_t *log, ct_tensor_t *entropies, ct_tensor_t *divergences) {
  return guarded([&] {
    const auto x = borrow(logits), taken = borrow(choices);
    const auto before = borrow_optional(prior);
    const auto results = has_kernels(x) && (!before || before->scalar_type() == x.scalar_type())
                             ? Categorical::apply(x, taken, before)
                             : categorical_by_operators(x, taken, before.value_or(at::Tensor()));
    *log = give(results[0]);
    *entropies = give(results[1]);
    if (before) *divergences = give(results[2]);
  });
}

ct_status_t ct_clipped_surrogate(
    ct_tensor_t log_ratios, ct_tensor_t advantages, double range, double dual, ct_tensor_t *losses, ct_tensor_t *clipped) {
  return guarded([&] {
    const auto x = borrow(log_ratios), a = borrow(advantages);
    const Clip clip{range, dual};
    if (has_kernels(x) && a.scalar_type() == x.scalar_type() && !a.requires_grad()) {
      const auto results = ClippedSurrogate::apply(x, a, clip);
      *losses = give(results[0]);
      *clipped = give(results[1]);
      return;
    }
    const auto results = clip.by_operators(x, a);
    *losses = give(results.first);
    *clipped = give(results.second);
  });
}
