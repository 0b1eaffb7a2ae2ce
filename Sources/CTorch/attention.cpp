// Attention with dropout on its weights, fused on the CPU: the weights [queries, keys] are never held, and the same masks are
// made again for the gradient. libtorch's own fused kernel takes no dropout on the CPU.

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <limits>
#include <mutex>
#include <type_traits>

#include "support.hpp"

using namespace ctorch;

#if defined(__x86_64__) && defined(__linux__)
#define CT_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CT_CLONES
#endif
#define CT_INLINE static inline __attribute__((always_inline))

namespace {

constexpr int64_t lanes = 16;

// eˣ for x ≤ 0: 2ⁿ·eʳ with |r| ≤ ln 2 / 2 and a polynomial of degree 6; relative error below 2e-7, zero below e⁻⁸⁷.
CT_INLINE float exponential(float x) {
  const float clipped = x < -87.0f ? -87.0f : x;
  const float n = std::floor(clipped * 1.44269504f + 0.5f);
  const float r = (clipped - n * 0.693359375f) + n * 2.12194440e-4f;
  float y = 1.3888889e-3f;
  y = y * r + 8.3333333e-3f;
  y = y * r + 4.1666667e-2f;
  y = y * r + 1.6666667e-1f;
  y = y * r + 0.5f;
  y = y * r + 1.0f;
  y = y * r + 1.0f;
  const int32_t bits = (static_cast<int32_t>(n) + 127) << 23;
  float power;
  std::memcpy(&power, &bits, sizeof power);
  return x < -87.0f ? 0.0f : y * power;
}

CT_INLINE double exponential(double x) { return std::exp(x); }

// Wellons' integer hash "lowbias32": every bit of the place changes every bit of the result evenly.
CT_INLINE uint32_t hashed(uint32_t x) {
  x ^= x >> 16;
  x *= 0x7feb352dU;
  x ^= x >> 15;
  x *= 0x846ca68bU;
  return x ^ (x >> 16);
}

struct Shape {
  int64_t queries, keys, width, padded;  // padded: keys rounded up to whole lanes
  bool causal;
  double scale;
  uint32_t threshold;  // a weight whose hash is below is dropped
  double kept;         // the probability to stay
};

// The place of a row's hashes: rows of all heads and batches differ, and calls differ by their keys.
CT_INLINE uint32_t row_key(uint64_t key, uint32_t row) {
  return hashed(hashed(row + static_cast<uint32_t>(key)) ^ static_cast<uint32_t>(key >> 32));
}

CT_INLINE int64_t visible(const Shape &shape, int64_t query) {
  return shape.causal ? query + shape.keys - shape.queries + 1 : shape.keys;
}

// Scores of one query with keys stored [width][padded]; lanes beyond what it sees are the lowest number.
template <class T>
CT_INLINE void scores_of(const Shape &shape, const T *query, const T *keys, int64_t seen, T *scores) {
  const T scale = static_cast<T>(shape.scale);
  for (int64_t block = 0; block < seen; block += lanes) {
    T sums[lanes] = {};
    for (int64_t d = 0; d < shape.width; ++d) {
      const T factor = query[d] * scale;
      const T *column = keys + d * shape.padded + block;
      for (int64_t l = 0; l < lanes; ++l) sums[l] += factor * column[l];
    }
    for (int64_t l = 0; l < lanes; ++l) scores[block + l] = block + l < seen ? sums[l] : std::numeric_limits<T>::lowest();
  }
}

template <class T>
CT_INLINE T added(const T *values) {
  T sum = 0;
  for (int64_t l = 0; l < lanes; ++l) sum += values[l];
  return sum;
}

template <class T>
CT_INLINE void forward_head(
    const Shape &shape, uint64_t key, int64_t first_row, const T *queries, int64_t query_stride, const T *keys, const T *values,
    T *out, int64_t out_stride, T *log_sums, T *scores) {
  const T kept = static_cast<T>(shape.kept);
  for (int64_t i = 0; i < shape.queries; ++i) {
    const int64_t seen = visible(shape, i);
    scores_of(shape, queries + i * query_stride, keys, seen, scores);
    T tops[lanes];
    for (int64_t l = 0; l < lanes; ++l) tops[l] = scores[l];
    for (int64_t block = lanes; block < seen; block += lanes)
      for (int64_t l = 0; l < lanes; ++l) tops[l] = scores[block + l] > tops[l] ? scores[block + l] : tops[l];
    T top = tops[0];
    for (int64_t l = 1; l < lanes; ++l) top = tops[l] > top ? tops[l] : top;
    T sums[lanes] = {};
    const uint32_t base = row_key(key, static_cast<uint32_t>(first_row + i));
    for (int64_t block = 0; block < seen; block += lanes) {
      for (int64_t l = 0; l < lanes; ++l) {
        const T p = exponential(scores[block + l] - top);
        sums[l] += p;
        const uint32_t draw = hashed(base + static_cast<uint32_t>(block + l) * 0x9e3779b9U);
        scores[block + l] = draw < shape.threshold ? T(0) : p;
      }
    }
    const T sum = added(sums);
    const T factor = T(1) / (sum * kept);
    for (int64_t d = 0; d < shape.width; ++d) {
      T mixed[lanes] = {};
      const T *column = values + d * shape.padded;
      for (int64_t block = 0; block < seen; block += lanes)
        for (int64_t l = 0; l < lanes; ++l) mixed[l] += scores[block + l] * column[block + l];
      out[i * out_stride + d] = added(mixed) * factor;
    }
    log_sums[i] = top + std::log(sum);
  }
}

template <class T>
CT_INLINE void backward_head(
    const Shape &shape, uint64_t key, int64_t first_row, const T *queries, int64_t query_stride, const T *keys, const T *values,
    const T *out, const T *slopes, int64_t out_stride, const T *log_sums, T *query_slopes, T *key_slopes, T *value_slopes,
    T *scores, T *weights) {
  const T over_kept = static_cast<T>(1 / shape.kept), scale = static_cast<T>(shape.scale);
  for (int64_t i = 0; i < shape.queries; ++i) {
    const int64_t seen = visible(shape, i);
    const T *query = queries + i * query_stride, *slope = slopes + i * out_stride, *mixed = out + i * out_stride;
    scores_of(shape, query, keys, seen, scores);
    T shared = 0;  // Σⱼ weightⱼ · slopeⱼ = slope · out
    for (int64_t d = 0; d < shape.width; ++d) shared += slope[d] * mixed[d];
    const uint32_t base = row_key(key, static_cast<uint32_t>(first_row + i));
    const T log_sum = log_sums[i];
    for (int64_t block = 0; block < seen; block += lanes) {
      T incoming[lanes] = {};
      for (int64_t d = 0; d < shape.width; ++d) {
        const T *column = values + d * shape.padded + block;
        for (int64_t l = 0; l < lanes; ++l) incoming[l] += slope[d] * column[l];
      }
      for (int64_t l = 0; l < lanes; ++l) {
        const T p = exponential(scores[block + l] - log_sum);
        const uint32_t draw = hashed(base + static_cast<uint32_t>(block + l) * 0x9e3779b9U);
        const T stays = draw < shape.threshold ? T(0) : over_kept;
        weights[block + l] = p * stays;
        scores[block + l] = p * (incoming[l] * stays - shared) * scale;
      }
    }
    for (int64_t d = 0; d < shape.width; ++d) {
      T sums[lanes] = {};
      const T *column = keys + d * shape.padded;
      T *key_column = key_slopes + d * shape.padded, *value_column = value_slopes + d * shape.padded;
      const T q = query[d], g = slope[d];
      for (int64_t block = 0; block < seen; block += lanes) {
        for (int64_t l = 0; l < lanes; ++l) {
          sums[l] += scores[block + l] * column[block + l];
          key_column[block + l] += scores[block + l] * q;
          value_column[block + l] += weights[block + l] * g;
        }
      }
      query_slopes[i * shape.width + d] = added(sums);
    }
  }
}

CT_CLONES void forward_float(
    const Shape &shape, uint64_t key, int64_t first_row, const float *queries, int64_t query_stride, const float *keys,
    const float *values, float *out, int64_t out_stride, float *log_sums, float *scores) {
  forward_head<float>(shape, key, first_row, queries, query_stride, keys, values, out, out_stride, log_sums, scores);
}

CT_CLONES void backward_float(
    const Shape &shape, uint64_t key, int64_t first_row, const float *queries, int64_t query_stride, const float *keys,
    const float *values, const float *out, const float *slopes, int64_t out_stride, const float *log_sums, float *query_slopes,
    float *key_slopes, float *value_slopes, float *scores, float *weights) {
  backward_head<float>(
      shape, key, first_row, queries, query_stride, keys, values, out, slopes, out_stride, log_sums, query_slopes, key_slopes,
      value_slopes, scores, weights);
}

// Rows of a head, one after the other, to [width][padded] with zeros behind.
template <class T>
void transpose(const T *rows, int64_t stride, int64_t count, int64_t width, int64_t padded, T *columns) {
  for (int64_t d = 0; d < width; ++d) {
    T *column = columns + d * padded;
    for (int64_t t = 0; t < count; ++t) column[t] = rows[t * stride + d];
    for (int64_t t = count; t < padded; ++t) column[t] = 0;
  }
}

template <class T>
void transpose_back(const T *columns, int64_t count, int64_t width, int64_t padded, T *rows) {
  for (int64_t d = 0; d < width; ++d)
    for (int64_t t = 0; t < count; ++t) rows[t * width + d] = columns[d * padded + t];
}

Shape shape_of(const at::Tensor &q, const at::Tensor &k, bool causal, double scale, double probability) {
  const int64_t keys = k.size(2);
  return {q.size(2), keys, q.size(3), (keys + lanes - 1) / lanes * lanes, causal, scale,
          static_cast<uint32_t>(probability * 4294967296.0), 1 - probability};
}

// The last dimension side by side; the others as they are.
at::Tensor rowwise(const at::Tensor &tensor) { return tensor.stride(3) == 1 ? tensor : tensor.contiguous(); }

template <class T>
T *head(const at::Tensor &tensor, int64_t batch, int64_t head) {
  return tensor.data_ptr<T>() + batch * tensor.stride(0) + head * tensor.stride(1);
}

template <class T>
void forward_all(
    const Shape &shape, uint64_t key, const at::Tensor &q, const at::Tensor &k, const at::Tensor &v, at::Tensor &out,
    at::Tensor &log_sums) {
  std::vector<T> keys(shape.width * shape.padded), values(keys.size()), scores(shape.padded);
  for (int64_t b = 0; b < q.size(0); ++b) {
    for (int64_t h = 0; h < q.size(1); ++h) {
      const int64_t first_row = (b * q.size(1) + h) * shape.queries;
      transpose(head<T>(k, b, h), k.stride(2), shape.keys, shape.width, shape.padded, keys.data());
      transpose(head<T>(v, b, h), v.stride(2), shape.keys, shape.width, shape.padded, values.data());
      T *sums = log_sums.data_ptr<T>() + first_row;
      if constexpr (std::is_same_v<T, float>)
        forward_float(shape, key, first_row, head<T>(q, b, h), q.stride(2), keys.data(), values.data(), head<T>(out, b, h),
                      out.stride(2), sums, scores.data());
      else
        forward_head<T>(shape, key, first_row, head<T>(q, b, h), q.stride(2), keys.data(), values.data(), head<T>(out, b, h),
                        out.stride(2), sums, scores.data());
    }
  }
}

template <class T>
void backward_all(
    const Shape &shape, uint64_t key, const at::Tensor &q, const at::Tensor &k, const at::Tensor &v, const at::Tensor &out,
    const at::Tensor &slopes, const at::Tensor &log_sums, at::Tensor &dq, at::Tensor &dk, at::Tensor &dv) {
  const size_t size = shape.width * shape.padded;
  std::vector<T> keys(size), values(size), key_slopes(size), value_slopes(size), scores(shape.padded), weights(shape.padded);
  for (int64_t b = 0; b < q.size(0); ++b) {
    for (int64_t h = 0; h < q.size(1); ++h) {
      const int64_t first_row = (b * q.size(1) + h) * shape.queries;
      transpose(head<T>(k, b, h), k.stride(2), shape.keys, shape.width, shape.padded, keys.data());
      transpose(head<T>(v, b, h), v.stride(2), shape.keys, shape.width, shape.padded, values.data());
      std::fill(key_slopes.begin(), key_slopes.end(), T(0));
      std::fill(value_slopes.begin(), value_slopes.end(), T(0));
      const T *sums = log_sums.data_ptr<T>() + first_row;
      if constexpr (std::is_same_v<T, float>)
        backward_float(shape, key, first_row, head<T>(q, b, h), q.stride(2), keys.data(), values.data(), head<T>(out, b, h),
                       head<T>(slopes, b, h), out.stride(2), sums, head<T>(dq, b, h), key_slopes.data(), value_slopes.data(),
                       scores.data(), weights.data());
      else
        backward_head<T>(shape, key, first_row, head<T>(q, b, h), q.stride(2), keys.data(), values.data(), head<T>(out, b, h),
                         head<T>(slopes, b, h), out.stride(2), sums, head<T>(dq, b, h), key_slopes.data(), value_slopes.data(),
                         scores.data(), weights.data());
      transpose_back(key_slopes.data(), shape.keys, shape.width, shape.padded, head<T>(dk, b, h));
      transpose_back(value_slopes.data(), shape.keys, shape.width, shape.padded, head<T>(dv, b, h));
    }
  }
}

struct DropoutAttention : public torch::autograd::Function<DropoutAttention> {
  static at::Tensor forward(
      torch::autograd::AutogradContext *context, const at::Tensor &queries, const at::Tensor &keys, const at::Tensor &values,
      bool causal, double scale, double probability, int64_t key) {
    const auto q = rowwise(queries), k = rowwise(keys), v = rowwise(values);
    const auto shape = shape_of(q, k, causal, scale, probability);
    auto out = at::empty({q.size(0), q.size(1), q.size(2), q.size(3)}, q.options());
    auto log_sums = at::empty({q.size(0), q.size(1), q.size(2)}, q.options());
    if (q.scalar_type() == at::kFloat)
      forward_all<float>(shape, static_cast<uint64_t>(key), q, k, v, out, log_sums);
    else
      forward_all<double>(shape, static_cast<uint64_t>(key), q, k, v, out, log_sums);
    context->save_for_backward({q, k, v, out, log_sums});
    context->saved_data["causal"] = causal;
    context->saved_data["scale"] = scale;
    context->saved_data["probability"] = probability;
    context->saved_data["key"] = key;
    return out;
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext *context, torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &q = saved[0], &k = saved[1], &v = saved[2], &out = saved[3], &log_sums = saved[4];
    const auto shape = shape_of(
        q, k, context->saved_data["causal"].toBool(), context->saved_data["scale"].toDouble(),
        context->saved_data["probability"].toDouble());
    const auto key = static_cast<uint64_t>(context->saved_data["key"].toInt());
    const auto slopes = gradients[0].contiguous();
    auto dq = at::empty({q.size(0), q.size(1), q.size(2), q.size(3)}, q.options());
    auto dk = at::empty({k.size(0), k.size(1), k.size(2), k.size(3)}, k.options()), dv = at::empty_like(dk);
    if (q.scalar_type() == at::kFloat)
      backward_all<float>(shape, key, q, k, v, out, slopes, log_sums, dq, dk, dv);
    else
      backward_all<double>(shape, key, q, k, v, out, slopes, log_sums, dq, dk, dv);
    return {dq, dk, dv, at::Tensor(), at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

ct_status_t ct_dropout_attention(
    ct_tensor_t query, ct_tensor_t key, ct_tensor_t value, bool causal, double scale, double probability,
    ct_generator_t generator, ct_tensor_t *out) {
  return guarded([&] {
    auto &source = generator_of(generator);
    uint64_t draw;
    {
      std::lock_guard<std::mutex> lock(source.mutex());
      draw = source.get<at::CPUGeneratorImpl>()->random64();
    }
    *out = give(DropoutAttention::apply(
        borrow(query), borrow(key), borrow(value), causal, scale, probability, static_cast<int64_t>(draw)));
  });
}
