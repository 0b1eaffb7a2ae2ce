// Multilayer perceptrons of small policies and critics on the CPU: all layers in one operator, and their gradient in one. At these
// widths libtorch's operators cost several times what the numbers do.

#include <ATen/TensorOperators.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/tanh.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <vector>

#include "support.hpp"
#include "vectors.hpp"

using namespace ctorch;

namespace {

using namespace vectors;
using Vector = Of<float>::Vector;

// Beyond this width libtorch's matrix products are worth their calls: at 256 they are up to twice as fast as ours.
constexpr int64_t widest = 64;
// Rows, and vectors of columns, that are worked on at once.
constexpr int tall = 4, broad = 2;

int64_t rounded(int64_t width) { return (width + lanes - 1) / lanes * lanes; }

// Rows of numbers, `stride` apart.
struct Rows {
  const float *data;
  int64_t stride;
};

// out[r][c..] = start[c..] + Σ_k x(r, k) · w[k][c..] for `r` rows and `c` vectors, where x(r, k) = from[r · row + k · column].
// Without `start` it adds to what is there.
template <int r, int c>
CT_INLINE void product_tile(
    const float *from, int64_t row, int64_t column, int64_t depth, Rows w, const float *start, float *out, int64_t out_stride) {
  Vector sums[r][c];
  for (int i = 0; i < r; ++i)
    for (int j = 0; j < c; ++j) sums[i][j] = load((start ? start : out + i * out_stride) + j * lanes);
  for (int64_t k = 0; k < depth; ++k)
    for (int j = 0; j < c; ++j) {
      const Vector factor = load(w.data + k * w.stride + j * lanes);
      for (int i = 0; i < r; ++i) sums[i][j] += from[i * row + k * column] * factor;
    }
  for (int i = 0; i < r; ++i)
    for (int j = 0; j < c; ++j) store(out + i * out_stride + j * lanes, sums[i][j]);
}

template <int c>
CT_INLINE void product_columns(
    int64_t rows, const float *from, int64_t row, int64_t column, int64_t depth, Rows w, const float *start, float *out,
    int64_t out_stride) {
  int64_t r = 0;
  for (; r + tall <= rows; r += tall)
    product_tile<tall, c>(from + r * row, row, column, depth, w, start, out + r * out_stride, out_stride);
  for (; r < rows; ++r) product_tile<1, c>(from + r * row, row, column, depth, w, start, out + r * out_stride, out_stride);
}

// out [rows, width] = start + x · w, or plus what is there; whole vectors of columns, so that w and out are wide enough for them.
CT_CLONES void product(
    int64_t rows, const float *from, int64_t row, int64_t column, int64_t depth, Rows w, const float *start, float *out,
    int64_t width) {
  // So many rows of w at a time stay in the nearest cache.
  constexpr int64_t block = 64;
  for (int64_t k = 0; k < depth; k += block, start = nullptr) {
    const int64_t part = std::min(block, depth - k);
    const float *at = from + k * column;
    const Rows these{w.data + k * w.stride, w.stride};
    int64_t c = 0;
    for (; c + broad * lanes <= width; c += broad * lanes)
      product_columns<broad>(rows, at, row, column, part, {these.data + c, w.stride}, start ? start + c : nullptr, out + c, width);
    for (; c < width; c += lanes)
      product_columns<1>(rows, at, row, column, part, {these.data + c, w.stride}, start ? start + c : nullptr, out + c, width);
  }
}

// tanh x as a quotient of polynomials, to within 4e-7 of itself; beyond ±9 it is ±1 (the coefficients are those that Eigen made
// familiar).
CT_INLINE Vector hyperbolic_tangent(Vector x) {
  x = x > 9 ? spread(9.0f) : x < -9 ? spread(-9.0f) : x;
  const auto square = x * x;
  auto above = square * -2.76076847742355e-16f + 2.00018790482477e-13f;
  above = above * square - 8.60467152213735e-11f;
  above = above * square + 5.12229709037114e-08f;
  above = above * square + 1.48572235717979e-05f;
  above = above * square + 6.37261928875436e-04f;
  above = above * square + 4.89352455891786e-03f;
  auto below = square * 1.19825839466702e-06f + 1.18534705686654e-04f;
  below = below * square + 2.26843463243900e-03f;
  below = below * square + 4.89352518554385e-03f;
  return x * above / below;
}

// Bodies of the functions that come in several versions: vectors must not be passed to or from those themselves.
CT_INLINE void activate(bool is_tanh, int64_t count, float *values) {
  for (int64_t i = 0; i < count; i += lanes) {
    const auto x = load(values + i);
    store(values + i, is_tanh ? hyperbolic_tangent(x) : x < 0 ? spread(0.0f) : x);
  }
}

CT_INLINE void slope(bool is_tanh, int64_t count, const float *values, float *slopes) {
  for (int64_t i = 0; i < count; i += lanes) {
    const auto y = load(values + i), given = load(slopes + i);
    store(slopes + i, is_tanh ? given * (1 - y * y) : y > 0 ? given : spread(0.0f));
  }
}

CT_INLINE void add_rows(int64_t rows, int64_t width, const float *from, float *sums) {
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t c = 0; c < width; c += lanes) store(sums + c, load(sums + c) + load(from + r * width + c));
}

CT_CLONES void activated(bool is_tanh, int64_t count, float *values) { activate(is_tanh, count, values); }
CT_CLONES void activation_slopes(bool is_tanh, int64_t count, const float *values, float *slopes) {
  slope(is_tanh, count, values, slopes);
}
CT_CLONES void column_sums(int64_t rows, int64_t width, const float *from, float *sums) { add_rows(rows, width, from, sums); }

std::vector<float> padded(const float *from, int64_t rows, int64_t width) {
  const int64_t wide = rounded(width);
  std::vector<float> copy(rows * wide);
  for (int64_t r = 0; r < rows; ++r) std::copy_n(from + r * width, width, copy.data() + r * wide);
  return copy;
}

// A weight's rows as whole vectors: where they lie, or a copy in `room`.
Rows whole(const at::Tensor &weight, std::vector<float> &room) {
  const int64_t width = weight.size(-1);
  if (width % lanes == 0) return {weight.data_ptr<float>(), width};
  room = padded(weight.data_ptr<float>(), weight.numel() / width, width);
  return {room.data(), rounded(width)};
}

at::Tensor narrowed(const float *from, int64_t rows, int64_t width, const at::TensorOptions &options) {
  auto result = at::empty({rows, width}, options);
  for (int64_t r = 0; r < rows; ++r) std::copy_n(from + r * rounded(width), width, result.data_ptr<float>() + r * width);
  return result;
}

struct Kind {
  bool is_tanh, ends_linear;

  bool activates(size_t layer, size_t count) const { return layer + 1 < count || !ends_linear; }

  at::Tensor by_operators(at::Tensor x, at::TensorList parameters) const {
    const size_t count = parameters.size() / 2;
    for (size_t l = 0; l < count; ++l) {
      x = at::addmm(parameters[2 * l + 1], x, parameters[2 * l]);
      if (activates(l, count)) x = is_tanh ? at::tanh(x) : at::relu(x);
    }
    return x;
  }
};

// Input, then weight [in, out] and bias [out] of each layer. Saved: those, and what each layer put out, in whole vectors.
struct Perceptron : public torch::autograd::Function<Perceptron> {
  static at::Tensor forward(
      torch::autograd::AutogradContext *context, const at::Tensor &input, at::TensorList parameters, const Kind &kind) {
    const auto x = input.contiguous();
    const size_t count = parameters.size() / 2;
    torch::autograd::variable_list saved{x};
    for (const auto &parameter : parameters) saved.push_back(parameter.contiguous());
    const int64_t rows = x.size(0);
    const float *from = x.data_ptr<float>();
    int64_t depth = x.size(1), stride = depth;
    for (size_t l = 0; l < count; ++l) {
      const auto &weight = saved[1 + 2 * l], &bias = saved[2 + 2 * l];
      const int64_t width = weight.size(1), wide = rounded(width);
      std::vector<float> weight_room, bias_room;
      auto out = at::empty({rows, wide}, x.options());
      product(
          rows, from, stride, 1, depth, whole(weight, weight_room), whole(bias, bias_room).data, out.data_ptr<float>(), wide);
      if (kind.activates(l, count)) activated(kind.is_tanh, out.numel(), out.data_ptr<float>());
      from = out.data_ptr<float>();
      depth = width;
      stride = wide;
      saved.push_back(std::move(out));
    }
    auto result = stride == depth ? saved.back().clone() : narrowed(from, rows, depth, x.options());
    context->save_for_backward(std::move(saved));
    context->saved_data["tanh"] = kind.is_tanh;
    context->saved_data["linear"] = kind.ends_linear;
    return result;
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext *context, torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const size_t count = (saved.size() - 1) / 3;
    const Kind kind{context->saved_data["tanh"].toBool(), context->saved_data["linear"].toBool()};
    torch::autograd::variable_list results(2 + 2 * count);
    if (at::GradMode::is_enabled()) {
      // To be differentiated again: the same in operators that can be.
      torch::autograd::variable_list sources, found;
      for (size_t i = 0; i <= 2 * count; ++i)
        if (context->needs_input_grad(i)) sources.push_back(saved[i]);
      const auto out = kind.by_operators(saved[0], at::TensorList(saved).slice(1, 2 * count));
      found = torch::autograd::grad({out}, sources, {gradients[0]}, /*retain_graph=*/true, /*create_graph=*/true);
      for (size_t i = 0, next = 0; i <= 2 * count; ++i)
        if (context->needs_input_grad(i)) results[i] = found[next++];
      return results;
    }
    const auto &x = saved[0];
    const int64_t rows = x.size(0);
    auto slopes = padded(gradients[0].contiguous().data_ptr<float>(), rows, gradients[0].size(1));
    for (size_t l = count; l-- > 0;) {
      const auto &weight = saved[1 + 2 * l], &out = saved[1 + 2 * count + l];
      const int64_t depth = weight.size(0), width = weight.size(1), wide = rounded(width);
      if (kind.activates(l, count)) activation_slopes(kind.is_tanh, out.numel(), out.data_ptr<float>(), slopes.data());
      const auto &below = l == 0 ? x : saved[2 * count + l];
      const Rows slope_rows{slopes.data(), wide};
      if (context->needs_input_grad(1 + 2 * l)) {
        std::vector<float> sums(depth * wide);
        product(depth, below.data_ptr<float>(), 1, below.size(1), rows, slope_rows, nullptr, sums.data(), wide);
        results[1 + 2 * l] = narrowed(sums.data(), depth, width, x.options());
      }
      if (context->needs_input_grad(2 + 2 * l)) {
        std::vector<float> sums(wide);
        column_sums(rows, wide, slopes.data(), sums.data());
        results[2 + 2 * l] = narrowed(sums.data(), 1, width, x.options()).squeeze(0);
      }
      if (l == 0 && !context->needs_input_grad(0)) break;
      const int64_t deep = rounded(depth);
      std::vector<float> turned(width * deep), before(rows * deep);
      const float *weights = weight.data_ptr<float>();
      for (int64_t k = 0; k < depth; ++k)
        for (int64_t c = 0; c < width; ++c) turned[c * deep + k] = weights[k * width + c];
      product(rows, slopes.data(), wide, 1, width, {turned.data(), deep}, nullptr, before.data(), deep);
      slopes = std::move(before);
      if (l == 0) results[0] = narrowed(slopes.data(), rows, depth, x.options());
    }
    return results;
  }
};

}  // namespace

ct_status_t ct_perceptron(
    ct_tensor_t input, const ct_tensor_t *weights, const ct_tensor_t *biases, int64_t count, bool is_tanh, bool ends_linear,
    ct_tensor_t *out) {
  return guarded([&] {
    const auto x = borrow(input);
    std::vector<at::Tensor> parameters;
    bool fits = x.is_cpu() && x.scalar_type() == at::kFloat && x.dim() == 2 && x.size(0) > 0;
    for (int64_t l = 0; l < count; ++l) {
      parameters.push_back(borrow(weights[l]));
      parameters.push_back(borrow(biases[l]));
      fits = fits && parameters[2 * l].scalar_type() == at::kFloat && parameters[2 * l].size(0) <= widest &&
             parameters[2 * l].size(1) <= widest;
    }
    const Kind kind{is_tanh, ends_linear};
    *out = give(fits ? Perceptron::apply(x, at::TensorList(parameters), kind) : kind.by_operators(x, parameters));
  });
}
