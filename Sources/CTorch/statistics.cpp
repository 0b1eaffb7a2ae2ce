// Token statistics of a softmax policy, without its logits: log-probabilities, entropies and divergences.
//
// Kernels go through the vocabulary in parts, so that a part of the projection is read once for all rows; operators, on other
// devices and where gradients are differentiated again, go through the rows.

#include <ATen/TensorOperators.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <vector>

#include "statistics_kernels.hpp"
#include "support.hpp"

using namespace ctorch;
using torch::autograd::AutogradContext, torch::autograd::variable_list;

namespace {

// A bfloat16 projection alone moves probability ratios: logits are always formed and normalised in at least float32.
at::Tensor widened(const at::Tensor &tensor) {
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

Statistics empty_statistics(const Projected &policy, const at::Tensor &targets, bool against) {
  const auto type = policy.hidden.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  const auto options = policy.hidden.options().dtype(type);
  const int64_t rows = policy.hidden.size(0);
  return {at::empty({rows, targets.size(1)}, options), at::empty({rows}, options), against ? at::empty({rows}, options) : at::Tensor()};
}

// ---- By kernels, in parts of the vocabulary --------------------------------------------------------

// A block of rows, and the parts of the vocabulary that it meets one after the other.
struct Parts {
  int64_t rows, columns;

  Parts(const Projected &policy, const Plan &plan)
      : rows(std::min(policy.hidden.size(0), std::max<int64_t>(32, plan.chunk / 512))),
        columns(std::min(policy.weight.size(0), std::max<int64_t>(512, plan.chunk / std::max<int64_t>(1, rows) / 16 * 16))) {}
};

// Calls `body(first row, rows, first token, tokens)`.
template <class Body>
void each_part(const Projected &policy, const Parts &parts, Body body) {
  const int64_t rows = policy.hidden.size(0), vocabulary = policy.weight.size(0);
  for (int64_t row = 0; row < rows; row += parts.rows)
    for (int64_t token = 0; token < vocabulary; token += parts.columns)
      body(row, std::min(parts.rows, rows - row), token, std::min(parts.columns, vocabulary - token));
}

// The logits of some rows and tokens, before the temperature, into memory of their own or of all.
struct Logits {
  at::Tensor room, hidden;
  int64_t row = -1;

  at::Tensor operator()(const Projected &policy, int64_t first_row, int64_t rows, int64_t token, int64_t tokens) {
    if (row != first_row) hidden = widened(policy.hidden.narrow(0, row = first_row, rows));
    auto part = room.narrow(0, 0, rows).narrow(1, 0, tokens);
    at::mm_out(part, hidden, widened(policy.weight.narrow(0, token, tokens)).t());
    return part;
  }
};

at::Tensor room(const Parts &parts, const Statistics &like) { return at::empty({parts.rows, parts.columns}, like.chosen.options()); }

// A part's logits in rows, those of the other policy beside them if there is one.
template <class T>
struct Tile {
  T *own;
  int64_t own_stride;
  const T *other;
  int64_t other_stride, tokens;

  Tile(const at::Tensor &logits, const at::Tensor &beside)
      : own(logits.data_ptr<T>()), own_stride(logits.stride(0)), other(beside.defined() ? beside.data_ptr<T>() : nullptr),
        other_stride(other ? beside.stride(0) : 0), tokens(logits.size(1)) {}

  T *row(int64_t r) const { return own + r * own_stride; }
  const T *beside(int64_t r) const { return other ? other + r * other_stride : nullptr; }
};

template <class T>
CT_INLINE void add_rows(const Tile<T> &tile, int64_t begin, int64_t end, T scale, statistics::Sums *sums, statistics::Sums *others) {
  for (int64_t r = begin; r < end; ++r) {
    statistics::add_row<T>(tile.row(r), tile.beside(r), tile.tokens, scale, sums[r]);
    if (tile.other) statistics::add_row<T>(tile.beside(r), nullptr, tile.tokens, scale, others[r]);
  }
}

template <class T>
CT_INLINE void slope_rows(const Tile<T> &tile, int64_t begin, int64_t end, const statistics::Slope<T> *slopes) {
  for (int64_t r = begin; r < end; ++r) statistics::slope_row<T>(tile.row(r), tile.beside(r), tile.tokens, slopes[r]);
}

CT_CLONES void add(const Tile<float> &t, int64_t begin, int64_t end, float scale, statistics::Sums *sums, statistics::Sums *others) {
  add_rows(t, begin, end, scale, sums, others);
}
CT_CLONES void add(const Tile<double> &t, int64_t begin, int64_t end, double scale, statistics::Sums *sums, statistics::Sums *others) {
  add_rows(t, begin, end, scale, sums, others);
}
CT_CLONES void slope(const Tile<float> &t, int64_t begin, int64_t end, const statistics::Slope<float> *slopes) {
  slope_rows(t, begin, end, slopes);
}
CT_CLONES void slope(const Tile<double> &t, int64_t begin, int64_t end, const statistics::Slope<double> *slopes) {
  slope_rows(t, begin, end, slopes);
}

constexpr int64_t rows_at_least = 4;  // for a thread

struct Levels {
  at::Tensor own, others;  // ln Z of each row [n] float64
};

template <class T>
Levels count_parts(
    const Projected &policy, const Projected &reference, const at::Tensor &targets, const Plan &plan, const at::Tensor &kept,
    Statistics &out) {
  const Parts parts(policy, plan);
  const int64_t rows = policy.hidden.size(0), asked = targets.size(1);
  const T scale = static_cast<T>(1 / plan.temperature);
  std::vector<statistics::Sums> sums(rows), others(reference ? rows : 0);
  Logits own{kept.defined() ? at::Tensor() : room(parts, out), {}}, other{reference ? room(parts, out) : at::Tensor(), {}};
  const auto *tokens_asked = targets.data_ptr<int64_t>();
  T *chosen = out.chosen.data_ptr<T>();
  each_part(policy, parts, [&](int64_t row, int64_t count, int64_t token, int64_t tokens) {
    if (kept.defined()) own.room = kept.narrow(0, row, count).narrow(1, token, tokens);
    const auto logits = own(policy, row, count, token, tokens);
    const auto beside = reference ? other(reference, row, count, token, tokens) : at::Tensor();
    const Tile<T> tile(logits, beside);
    in_parallel(count, rows_at_least, [&](int64_t begin, int64_t end) {
      add(tile, begin, end, scale, sums.data() + row, others.data() + (reference ? row : 0));
      for (int64_t i = (row + begin) * asked; i < (row + end) * asked; ++i) {
        const int64_t place = tokens_asked[i] - token;
        if (place >= 0 && place < tokens) chosen[i] = tile.row(i / asked - row)[place] * scale;
      }
    });
  });
  Levels levels{at::empty({rows}, out.chosen.options().dtype(at::kDouble)), {}};
  if (reference) levels.others = at::empty_like(levels.own);
  for (int64_t r = 0; r < rows; ++r) {
    const auto &s = sums[r];
    const double level = levels.own.data_ptr<double>()[r] = s.level();
    for (int64_t k = 0; k < asked; ++k) chosen[r * asked + k] = static_cast<T>(chosen[r * asked + k] - level);
    out.entropies.data_ptr<T>()[r] = static_cast<T>(std::log(s.sum) - s.weighted / s.sum);
    if (!reference) continue;
    levels.others.data_ptr<double>()[r] = others[r].level();
    out.divergences.data_ptr<T>()[r] =
        static_cast<T>(s.crossed / s.sum - (s.top - others[r].top) - std::log(s.sum / others[r].sum));
  }
  return levels;
}

// Gradients to hidden states and projection (undefined where it is not wanted).
template <class T>
std::pair<at::Tensor, at::Tensor> differentiate_parts(
    const Projected &policy, const Projected &reference, const at::Tensor &targets, const Plan &plan, const at::Tensor &kept,
    const Statistics &out, const Levels &levels, const variable_list &gradients, bool wants_weight) {
  const Parts parts(policy, plan);
  const int64_t rows = policy.hidden.size(0), asked = targets.size(1);
  const T scale = static_cast<T>(1 / plan.temperature);
  const bool against = gradients.size() > 2 && gradients[2].defined();
  at::Tensor given[3];
  for (size_t i = 0; i < gradients.size(); ++i)
    if (gradients[i].defined()) given[i] = gradients[i].contiguous();
  const T *g = given[0].defined() ? given[0].data_ptr<T>() : nullptr;
  const auto *tokens_asked = targets.data_ptr<int64_t>();
  std::vector<statistics::Slope<T>> slopes(rows);
  for (int64_t r = 0; r < rows; ++r) {
    auto &s = slopes[r] = {};
    for (int64_t k = 0; g && k < asked; ++k) s.chosen += g[r * asked + k];
    s.level = static_cast<T>(levels.own.data_ptr<double>()[r]);
    s.scale = scale;
    if (given[1].defined()) {
      s.entropy = given[1].data_ptr<T>()[r];
      s.spread = out.entropies.data_ptr<T>()[r];
    }
    if (!against) continue;
    s.divergence = given[2].data_ptr<T>()[r];
    s.other_level = static_cast<T>(levels.others.data_ptr<double>()[r]);
    s.distance = out.divergences.data_ptr<T>()[r];
  }
  const auto options = out.chosen.options();
  auto hidden_gradient = at::empty(policy.hidden.sizes(), options);
  auto weight_gradient = wants_weight ? at::empty(policy.weight.sizes(), options) : at::Tensor();
  Logits own{kept.defined() ? at::Tensor() : room(parts, out), {}}, other{against ? room(parts, out) : at::Tensor(), {}};
  each_part(policy, parts, [&](int64_t row, int64_t count, int64_t token, int64_t tokens) {
    at::Tensor logits;
    if (kept.defined()) {
      logits = kept.narrow(0, row, count).narrow(1, token, tokens);
      if (own.row != row) own.hidden = widened(policy.hidden.narrow(0, own.row = row, count));
    } else {
      logits = own(policy, row, count, token, tokens);
    }
    const auto beside = against ? other(reference, row, count, token, tokens) : at::Tensor();
    const Tile<T> tile(logits, beside);
    in_parallel(count, rows_at_least, [&](int64_t begin, int64_t end) {
      slope(tile, begin, end, slopes.data() + row);
      for (int64_t i = (row + begin) * asked; g && i < (row + end) * asked; ++i) {
        const int64_t place = tokens_asked[i] - token;
        if (place >= 0 && place < tokens) tile.row(i / asked - row)[place] += g[i] * scale;
      }
    });
    const auto accumulate = [](at::Tensor target, const at::Tensor &left, const at::Tensor &right, bool first) {
      if (first) at::mm_out(target, left, right);
      else target.addmm_(left, right);
    };
    accumulate(hidden_gradient.narrow(0, row, count), logits, widened(policy.weight.narrow(0, token, tokens)), token == 0);
    if (wants_weight) accumulate(weight_gradient.narrow(0, token, tokens), logits.t(), own.hidden, row == 0);
  });
  return {hidden_gradient, weight_gradient};
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
      levels = out.chosen.scalar_type() == at::kFloat ? count_parts<float>(policy, reference, asked, *plan, kept, out)
                                                      : count_parts<double>(policy, reference, asked, *plan, kept, out);
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
      found = out.chosen.scalar_type() == at::kFloat
          ? differentiate_parts<float>(whole, reference, targets, plan, saved[10], out, levels, gradients, wants_weight)
          : differentiate_parts<double>(whole, reference, targets, plan, saved[10], out, levels, gradients, wants_weight);
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
