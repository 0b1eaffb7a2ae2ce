// Token statistics by kernels, in parts of the vocabulary: a part of the projection is read once for all rows.

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/mm.h>

#include <algorithm>
#include <vector>

#include "statistics.hpp"
#include "statistics_kernels.hpp"
#include "support.hpp"

using namespace ctorch;
using namespace ctorch::statistics;
using namespace ctorch::vectors;

namespace {

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
CT_INLINE void add_rows(const Tile<T> &tile, int64_t begin, int64_t end, T scale, Sums *sums, Sums *others) {
  for (int64_t r = begin; r < end; ++r) {
    add_row<T>(tile.row(r), tile.beside(r), tile.tokens, scale, sums[r]);
    if (tile.other) add_row<T>(tile.beside(r), nullptr, tile.tokens, scale, others[r]);
  }
}

template <class T>
CT_INLINE void slope_rows(const Tile<T> &tile, int64_t begin, int64_t end, const Slope<T> *slopes) {
  for (int64_t r = begin; r < end; ++r) slope_row<T>(tile.row(r), tile.beside(r), tile.tokens, slopes[r]);
}

CT_CLONES void add_all(const Tile<float> &t, int64_t begin, int64_t end, float scale, Sums *sums, Sums *others) {
  add_rows(t, begin, end, scale, sums, others);
}
CT_CLONES void add_all(const Tile<double> &t, int64_t begin, int64_t end, double scale, Sums *sums, Sums *others) {
  add_rows(t, begin, end, scale, sums, others);
}
CT_CLONES void slope_all(const Tile<float> &t, int64_t begin, int64_t end, const Slope<float> *slopes) {
  slope_rows(t, begin, end, slopes);
}
CT_CLONES void slope_all(const Tile<double> &t, int64_t begin, int64_t end, const Slope<double> *slopes) {
  slope_rows(t, begin, end, slopes);
}

constexpr int64_t rows_at_least = 4;  // for a thread

template <class T>
Levels count(
    const Projected &policy, const Projected &reference, const at::Tensor &targets, const Plan &plan, const at::Tensor &kept,
    Statistics &out) {
  const Parts parts(policy, plan);
  const int64_t rows = policy.hidden.size(0), asked = targets.size(1);
  const T scale = static_cast<T>(1 / plan.temperature);
  std::vector<Sums> sums(rows), others(reference ? rows : 0);
  Logits own{kept.defined() ? at::Tensor() : room(parts, out), {}}, other{reference ? room(parts, out) : at::Tensor(), {}};
  const auto *tokens_asked = targets.data_ptr<int64_t>();
  T *chosen = out.chosen.data_ptr<T>();
  each_part(policy, parts, [&](int64_t row, int64_t count, int64_t token, int64_t tokens) {
    if (kept.defined()) own.room = kept.narrow(0, row, count).narrow(1, token, tokens);
    const auto logits = own(policy, row, count, token, tokens);
    const auto beside = reference ? other(reference, row, count, token, tokens) : at::Tensor();
    const Tile<T> tile(logits, beside);
    in_parallel(count, rows_at_least, [&](int64_t begin, int64_t end) {
      add_all(tile, begin, end, scale, sums.data() + row, others.data() + (reference ? row : 0));
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

template <class T>
std::pair<at::Tensor, at::Tensor> differentiate(
    const Projected &policy, const Projected &reference, const at::Tensor &targets, const Plan &plan, const at::Tensor &kept,
    const Statistics &out, const Levels &levels, const torch::autograd::variable_list &gradients, bool wants_weight) {
  const Parts parts(policy, plan);
  const int64_t rows = policy.hidden.size(0), asked = targets.size(1);
  const T scale = static_cast<T>(1 / plan.temperature);
  const bool against = gradients.size() > 2 && gradients[2].defined();
  at::Tensor given[3];
  for (size_t i = 0; i < gradients.size(); ++i)
    if (gradients[i].defined()) given[i] = gradients[i].contiguous();
  const T *g = given[0].defined() ? given[0].data_ptr<T>() : nullptr;
  const auto *tokens_asked = targets.data_ptr<int64_t>();
  std::vector<Slope<T>> slopes(rows);
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
  // The first rows write and the others add; of no rows nothing would be written.
  auto weight_gradient = !wants_weight ? at::Tensor()
      : policy.hidden.size(0) > 0      ? at::empty(policy.weight.sizes(), options)
                                       : at::zeros(policy.weight.sizes(), options);
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
      slope_all(tile, begin, end, slopes.data() + row);
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

}  // namespace

Levels ctorch::statistics::count_parts(
    const Projected &policy, const Projected &reference, const at::Tensor &targets, const Plan &plan, const at::Tensor &kept,
    Statistics &out) {
  return out.chosen.scalar_type() == at::kFloat ? count<float>(policy, reference, targets, plan, kept, out)
                                                : count<double>(policy, reference, targets, plan, kept, out);
}

std::pair<at::Tensor, at::Tensor> ctorch::statistics::differentiate_parts(
    const Projected &policy, const Projected &reference, const at::Tensor &targets, const Plan &plan, const at::Tensor &kept,
    const Statistics &out, const Levels &levels, const torch::autograd::variable_list &gradients, bool wants_weight) {
  return out.chosen.scalar_type() == at::kFloat
      ? differentiate<float>(policy, reference, targets, plan, kept, out, levels, gradients, wants_weight)
      : differentiate<double>(policy, reference, targets, plan, kept, out, levels, gradients, wants_weight);
}
