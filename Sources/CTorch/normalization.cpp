// Layer normalization on the CPU, forward and backward in one pass each. libtorch's spends most of its time between the rows
// when these are narrow.

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/rms_norm.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <array>

#include "support.hpp"
#include "vectors.hpp"

using namespace ctorch;

namespace {

using namespace vectors;

// Numbers that a thread takes at least.
constexpr int64_t grain = 32768;

// The first `count` lanes; zero beyond.
template <class T>
CT_INLINE typename Of<T>::Vector first(int64_t count, typename Of<T>::Vector v) {
  const typename Of<T>::Words places = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  typedef decltype(places[0] + 0) Word;
  return places < static_cast<Word>(count) ? v : spread(T(0));
}

// Rows of `width` numbers, one after another, as kernels read and write them: in whole vectors, that may reach beyond their row.
template <class T>
struct Rows {
  int64_t width;
  double epsilon;
  const T *weight, *bias;  // zeros behind, up to whole vectors

  CT_INLINE int64_t padded() const { return (width + lanes - 1) / lanes * lanes; }

  CT_INLINE void forward(int64_t count, const T *x, T *out, T *means, T *scales) const {
    const T share = T(1) / static_cast<T>(width);
    for (int64_t r = 0; r < count; ++r, x += width, out += width) {
      typename Of<T>::Vector sum = {}, square = {};
      for (int64_t c = 0; c < width; c += lanes) sum += first<T>(width - c, load(x + c));
      const T mean = added<T>(sum) * share;
      for (int64_t c = 0; c < width; c += lanes) {
        const auto centred = first<T>(width - c, load(x + c) - mean);
        square += centred * centred;
      }
      const T scale = T(1) / std::sqrt(added<T>(square) * share + static_cast<T>(epsilon));
      for (int64_t c = 0; c < width; c += lanes)
        store(out + c, (load(x + c) - mean) * scale * load(weight + c) + load(bias + c));
      means[r] = mean;
      scales[r] = scale;
    }
  }

  // Adds the gradients of weight and bias to `sums` [2, padded]; writes those of the rows.
  // With x̂ = (x − mean) · scale and h = slope · weight: scale · (h − Σ h / width − x̂ · Σ h x̂ / width).
  CT_INLINE void backward(
      int64_t count, const T *x, const T *slopes, const T *means, const T *scales, T *out, T *sums) const {
    const T share = T(1) / static_cast<T>(width);
    T *weight_slopes = sums, *bias_slopes = sums + padded();
    for (int64_t r = 0; r < count; ++r, x += width, slopes += width, out += width) {
      const T mean = means[r], scale = scales[r];
      typename Of<T>::Vector sum = {}, along = {};
      for (int64_t c = 0; c < width; c += lanes) {
        const auto slope = first<T>(width - c, load(slopes + c));
        const auto normal = first<T>(width - c, (load(x + c) - mean) * scale);
        const auto inner = slope * load(weight + c);
        sum += inner;
        along += inner * normal;
        store(weight_slopes + c, load(weight_slopes + c) + slope * normal);
        store(bias_slopes + c, load(bias_slopes + c) + slope);
      }
      const T level = added<T>(sum) * share, tilt = added<T>(along) * share;
      for (int64_t c = 0; c < width; c += lanes)
        store(out + c, scale * (load(slopes + c) * load(weight + c) - level - (load(x + c) - mean) * (scale * tilt)));
    }
  }
};

CT_CLONES void forward_rows(const Rows<float> &rows, int64_t count, const float *x, float *out, float *means, float *scales) {
  rows.forward(count, x, out, means, scales);
}
CT_CLONES void forward_rows(const Rows<double> &rows, int64_t count, const double *x, double *out, double *means, double *scales) {
  rows.forward(count, x, out, means, scales);
}
CT_CLONES void backward_rows(
    const Rows<float> &rows, int64_t count, const float *x, const float *slopes, const float *means, const float *scales, float *out,
    float *sums) {
  rows.backward(count, x, slopes, means, scales, out, sums);
}
CT_CLONES void backward_rows(
    const Rows<double> &rows, int64_t count, const double *x, const double *slopes, const double *means, const double *scales,
    double *out, double *sums) {
  rows.backward(count, x, slopes, means, scales, out, sums);
}

// Calls `body(first, count, sources, to)` for all rows of begin..<end. Whole vectors may be read and written there: the last
// rows, behind which other memory lies, are copied to where there is room.
template <class T, size_t n, class Body>
void with_room(int64_t begin, int64_t end, int64_t width, std::array<const T *, n> sources, T *to, Body body) {
  const int64_t last = std::max(begin, end - (lanes + width - 1) / width), count = (end - last) * width;
  auto moved = sources;
  for (auto &source : moved) source += begin * width;
  body(begin, last - begin, moved, to + begin * width);
  std::vector<T> room((n + 1) * (count + lanes));
  for (size_t i = 0; i < n; ++i) {
    T *copy = room.data() + i * (count + lanes);
    std::copy_n(sources[i] + last * width, count, copy);
    moved[i] = copy;
  }
  T *result = room.data() + n * (count + lanes);
  body(last, end - last, moved, result);
  std::copy_n(result, count, to + last * width);
}

template <class T>
std::vector<T> padded(const at::Tensor &row) {
  std::vector<T> numbers((row.numel() + lanes - 1) / lanes * lanes);
  std::copy_n(row.data_ptr<T>(), row.numel(), numbers.data());
  return numbers;
}

template <class T>
void normalize(const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias, double epsilon, at::Tensor &out, at::Tensor &moments) {
  const int64_t width = x.size(-1), count = x.numel() / width;
  const auto weights = padded<T>(weight), biases = padded<T>(bias);
  const Rows<T> rows{width, epsilon, weights.data(), biases.data()};
  T *means = moments.data_ptr<T>(), *scales = means + count;
  in_parallel(count, std::max<int64_t>(1, grain / width), [&](int64_t begin, int64_t end) {
    with_room<T, 1>(begin, end, width, {x.data_ptr<T>()}, out.data_ptr<T>(), [&](int64_t first, int64_t part, const auto &from, T *to) {
      forward_rows(rows, part, from[0], to, means + first, scales + first);
    });
  });
}

// Gradients of rows, weight and bias. Sums over rows are taken in blocks of a fixed size, whatever the number of threads.
template <class T>
void normalize_backward(
    const at::Tensor &x, const at::Tensor &slopes, const at::Tensor &weight, const at::Tensor &moments, at::Tensor &dx,
    at::Tensor &dweight, at::Tensor &dbias) {
  const int64_t width = x.size(-1), count = x.numel() / width, block = std::max<int64_t>(1, grain / width);
  const auto weights = padded<T>(weight);
  const Rows<T> rows{width, 0, weights.data(), nullptr};
  const T *means = moments.data_ptr<T>(), *scales = means + count;
  const int64_t blocks = (count + block - 1) / block, size = 2 * rows.padded();
  std::vector<T> sums(blocks * size);
  in_parallel(blocks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t b = begin; b < end; ++b)
      with_room<T, 2>(
          b * block, std::min(count, (b + 1) * block), width, {x.data_ptr<T>(), slopes.data_ptr<T>()}, dx.data_ptr<T>(),
          [&](int64_t first, int64_t part, const auto &from, T *to) {
            backward_rows(rows, part, from[0], from[1], means + first, scales + first, to, sums.data() + b * size);
          });
  });
  for (int64_t b = 0; b < blocks; ++b)
    for (int64_t c = 0; c < width; ++c) {
      dweight.data_ptr<T>()[c] += sums[b * size + c];
      dbias.data_ptr<T>()[c] += sums[b * size + rows.padded() + c];
    }
}

at::Tensor normalized(const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias, double epsilon, at::Tensor &moments) {
  auto out = at::empty_like(x);
  moments = at::empty({2, x.numel() / x.size(-1)}, x.options());
  if (x.scalar_type() == at::kFloat)
    normalize<float>(x, weight.contiguous(), bias.contiguous(), epsilon, out, moments);
  else
    normalize<double>(x, weight.contiguous(), bias.contiguous(), epsilon, out, moments);
  return out;
}

struct FusedLayerNorm : public torch::autograd::Function<FusedLayerNorm> {
  static at::Tensor forward(
      torch::autograd::AutogradContext *context, const at::Tensor &input, const at::Tensor &weight, const at::Tensor &bias,
      double epsilon) {
    const auto x = input.contiguous();
    at::Tensor moments;
    const auto out = normalized(x, weight, bias, epsilon, moments);
    context->save_for_backward({x, weight, moments});
    context->saved_data["epsilon"] = epsilon;
    return out;
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext *context, torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &x = saved[0], &weight = saved[1], &moments = saved[2];
    // Where this gradient is itself to be differentiated: the same in operators that can be.
    if (at::GradMode::is_enabled()) {
      const auto centred = x - x.mean(-1, true);
      const auto scale = at::rsqrt((centred * centred).mean(-1, true) + context->saved_data["epsilon"].toDouble());
      const auto normal = centred * scale, inner = gradients[0] * weight;
      const auto dx = scale * (inner - inner.mean(-1, true) - normal * (inner * normal).mean(-1, true));
      return {dx, (gradients[0] * normal).sum_to_size(weight.sizes()), gradients[0].sum_to_size(weight.sizes()), at::Tensor()};
    }
    const auto slopes = gradients[0].contiguous();
    auto dx = at::empty_like(x), dweight = at::zeros(weight.sizes(), weight.options()), dbias = at::zeros(weight.sizes(), weight.options());
    if (x.scalar_type() == at::kFloat)
      normalize_backward<float>(x, slopes, weight.contiguous(), moments, dx, dweight, dbias);
    else
      normalize_backward<double>(x, slopes, weight.contiguous(), moments, dx, dweight, dbias);
    return {dx, dweight, dbias, at::Tensor()};
  }
};

}  // namespace

ct_status_t ct_layer_norm(ct_tensor_t input, ct_tensor_t weight, ct_tensor_t bias, double epsilon, ct_tensor_t *out) {
  return guarded([&] {
    const auto x = borrow(input), scale = borrow(weight);
    const auto shift = borrow_optional(bias);
    const bool fits = x.numel() > 0 && shift && scale.dim() == 1 && scale.size(0) == x.size(-1) && shift->sizes() == scale.sizes() &&
                      scale.scalar_type() == x.scalar_type() && shift->scalar_type() == x.scalar_type();
    *out = give(
        fits && has_kernels(x) ? FusedLayerNorm::apply(x, scale, *shift, epsilon)
                            : at::layer_norm(x, {x.size(-1)}, scale, shift, epsilon));
  });
}

ct_status_t ct_rms_norm(ct_tensor_t input, ct_tensor_t weight, double epsilon, ct_tensor_t *out) {
  return guarded([&] {
    const auto x = borrow(input);
    *out = give(at::rms_norm(x, {x.size(-1)}, borrow(weight), epsilon));
  });
}
