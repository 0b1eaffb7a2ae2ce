// Products of few rows with a large matrix, as while decoding: the matrix is read once, as it lies, at the speed of memory.
// libtorch's product copies it into another order first, which pays for many rows only.

#include "thin_products.hpp"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <type_traits>

#include "support.hpp"
#include "vectors.hpp"

using namespace ctorch;
using namespace ctorch::vectors;

namespace {

using Vector = Of<float>::Vector;

// A weight as it lies in memory, sixteen at a time as float32.
CT_INLINE Vector widened(const float *from) { return load(from); }

CT_INLINE Vector widened(const at::BFloat16 *from) {
  typedef uint16_t Halves __attribute__((vector_size(lanes * 2)));
  typedef uint32_t Words __attribute__((vector_size(lanes * 4)));
  Halves halves;
  std::memcpy(&halves, from, sizeof halves);
  return (Vector)(__builtin_convertvector(halves, Words) << 16);
}

// A product x · W + b of some rows: x [rows, inputs], y [rows, outputs], both without gaps.
template <class W>
struct Product {
  const float *x;
  const W *weight;
  const float *bias;  // or null
  float *y;
  int64_t inputs, outputs;
};

// How many vectors, or rows of W, are gone along together. This and what follows was tried out on GPT-2's shapes
// (Documentation/Performance.md): a core reads memory fastest in several streams.
constexpr int wide = 3;

// W [outputs, inputs]: `width` outputs that are `apart` from each other, each of them a row of W beside every row of x.
template <int rows, int width, class W>
CT_INLINE void dot(const Product<W> &p, int64_t output, int64_t apart) {
  constexpr int64_t ahead = 256;
  Vector sums[rows][width] = {};
  for (int64_t i = 0; i < p.inputs; i += lanes) {
    Vector weights[width];
    for (int j = 0; j < width; ++j) {
      const W *from = p.weight + (output + j * apart) * p.inputs + i;
      __builtin_prefetch(from + ahead);
      weights[j] = widened(from);
    }
    for (int r = 0; r < rows; ++r) {
      const Vector x = load(p.x + r * p.inputs + i);
      for (int j = 0; j < width; ++j) sums[r][j] += x * weights[j];
    }
  }
  for (int r = 0; r < rows; ++r)
    for (int j = 0; j < width; ++j) {
      const int64_t place = output + j * apart;
      p.y[r * p.outputs + place] = added<float>(sums[r][j]) + (p.bias ? p.bias[place] : 0);
    }
}

template <int rows, int width, class W>
CT_INLINE void dots(const Product<W> &p, int64_t begin, int64_t end, int64_t apart) {
  for (int64_t output = begin; output < end; ++output) dot<rows, width>(p, output, apart);
}

// W [inputs, outputs]: `deep` rows of W are gone along together, `wide` vectors at a time.
constexpr int64_t deep = 32;

template <int rows, int width, class W>
CT_INLINE void outer(const Product<W> &p, int64_t input, int64_t output) {
  Vector sums[rows][width];
  for (int r = 0; r < rows; ++r)
    for (int j = 0; j < width; ++j) {
      const int64_t place = output + j * lanes;
      sums[r][j] = input > 0 ? load(p.y + r * p.outputs + place) : p.bias ? load(p.bias + place) : Vector{};
    }
  const int64_t end = std::min(p.inputs, input + deep);
  for (int64_t i = input; i < end; ++i) {
    Vector weights[width];
    for (int j = 0; j < width; ++j) {
      const W *from = p.weight + i * p.outputs + output + j * lanes;
      __builtin_prefetch(from + wide * lanes);
      weights[j] = widened(from);
    }
    for (int r = 0; r < rows; ++r) {
      const float x = p.x[r * p.inputs + i];
      for (int j = 0; j < width; ++j) sums[r][j] += x * weights[j];
    }
  }
  for (int r = 0; r < rows; ++r)
    for (int j = 0; j < width; ++j) store(p.y + r * p.outputs + output + j * lanes, sums[r][j]);
}

template <int rows, class W>
CT_INLINE void outers(const Product<W> &p, int64_t begin, int64_t end) {
  for (int64_t input = 0; input < p.inputs; input += deep) {
    int64_t output = begin;
    for (; output + wide * lanes <= end; output += wide * lanes) outer<rows, wide>(p, input, output);
    for (; output < end; output += lanes) outer<rows, 1>(p, input, output);
  }
}

// Calls `body` for eight rows of x at a time, then for four, two and one, with a product of those rows.
template <class W, class Body>
CT_INLINE void by_rows(Product<W> p, int64_t rows, Body &&body) {
  const auto step = [&]<int now>(std::integral_constant<int, now> count) CT_INLINE_BODY {
    for (; rows >= now; rows -= now) {
      body(count, p);
      p.x += now * p.inputs;
      p.y += now * p.outputs;
    }
  };
  step(std::integral_constant<int, 8>());
  step(std::integral_constant<int, 4>());
  step(std::integral_constant<int, 2>());
  step(std::integral_constant<int, 1>());
}

template <class W>
CT_INLINE void some_outputs(const Product<W> &product, int64_t rows, bool inputs_first, int64_t begin, int64_t end) {
  if (inputs_first) {
    by_rows(product, rows, [&]<int now>(std::integral_constant<int, now>, const auto &p) CT_INLINE_BODY { outers<now>(p, begin, end); });
    return;
  }
  // A third of the outputs after the other, and these in parts that stay in a core's cache while further rows of x meet them.
  const int64_t apart = (end - begin) / wide, rest = begin + wide * apart, part = 16;
  for (int64_t i = begin; i < begin + apart; i += part) {
    const int64_t to = std::min(begin + apart, i + part);
    by_rows(product, rows, [&]<int now>(std::integral_constant<int, now>, const auto &p) CT_INLINE_BODY { dots<now, wide>(p, i, to, apart); });
  }
  by_rows(product, rows, [&]<int now>(std::integral_constant<int, now>, const auto &p) CT_INLINE_BODY { dots<now, 1>(p, rest, end, 0); });
}

CT_CLONES void outputs_of(const Product<float> &p, int64_t rows, bool inputs_first, int64_t begin, int64_t end) {
  some_outputs(p, rows, inputs_first, begin, end);
}
CT_CLONES void outputs_of(const Product<at::BFloat16> &p, int64_t rows, bool inputs_first, int64_t begin, int64_t end) {
  some_outputs(p, rows, inputs_first, begin, end);
}

template <class W>
void multiply(const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias, bool inputs_first, at::Tensor &y) {
  const int64_t outputs = y.size(1);
  const Product<W> product{
      x.data_ptr<float>(), weight.data_ptr<W>(), bias.defined() ? bias.data_ptr<float>() : nullptr, y.data_ptr<float>(), x.size(1),
      outputs};
  const int64_t part = wide * lanes, parts = (outputs + part - 1) / part;
  in_parallel(parts, 1, [&](int64_t begin, int64_t end) {
    outputs_of(product, x.size(0), inputs_first, begin * part, std::min(outputs, end * part));
  });
}

constexpr int64_t few_rows = 16;
constexpr int64_t large = 1 << 16;  // weights

}  // namespace

std::optional<at::Tensor> ctorch::thin_product(const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias) {
#if defined(__x86_64__) && defined(__linux__)
  const auto type = weight.scalar_type();
  if (!x.is_cpu() || !weight.is_cpu() || x.dim() != 2 || weight.dim() != 2 || x.size(0) > few_rows || weight.numel() < large ||
      x.size(0) == 0 || x.size(1) != weight.size(0) || x.scalar_type() != type || (type != at::kFloat && type != at::kBFloat16) ||
      (bias && (bias->dim() != 1 || bias->scalar_type() != type || bias->size(0) != weight.size(1))))
    return std::nullopt;
  if (at::GradMode::is_enabled() && (x.requires_grad() || weight.requires_grad() || (bias && bias->requires_grad()))) return std::nullopt;
  const bool inputs_first = weight.is_contiguous();
  if (!inputs_first && !weight.t().is_contiguous()) return std::nullopt;
  if ((inputs_first ? weight.size(1) : weight.size(0)) % lanes != 0) return std::nullopt;
  at::NoGradGuard no_grad;
  const auto in = x.to(at::kFloat).contiguous();
  const auto added = bias ? bias->to(at::kFloat).contiguous() : at::Tensor();
  auto y = at::empty({x.size(0), weight.size(1)}, in.options());
  if (type == at::kFloat) multiply<float>(in, weight, added, inputs_first, y);
  else multiply<at::BFloat16>(in, weight, added, inputs_first, y);
  return y.to(type);
#else
  return std::nullopt;
#endif
}
