// Attention with dropout on its weights, fused on the CPU: the weights [queries, keys] are never held, and the same masks are
// made again for the gradient. libtorch's own fused kernel takes no dropout on the CPU.

#include <ATen/ops/empty.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <type_traits>

#include "support.hpp"
#include "vectors.hpp"

using namespace ctorch;

namespace {

using namespace vectors;

constexpr int64_t tile = 4;  // queries that share the keys and values just loaded

struct Shape {
  int64_t queries, keys, width, padded;  // padded: keys rounded up to whole vectors
  bool causal;
  double scale;
  Dropout dropout;
};

CT_INLINE int64_t visible(const Shape &shape, int64_t query) {
  return shape.causal ? query + shape.keys - shape.queries + 1 : shape.keys;
}

// One head as the kernels see it: keys and values stored [width][padded] with zeros behind, queries and answers in rows.
template <class T>
struct Head {
  const T *queries;
  int64_t query_stride;
  const T *keys, *values;
  T *out;
  int64_t out_stride;
  T *log_sums;
  uint32_t first_row;  // of all heads and batches: the place of its masks
};

// The answers of `rows` queries from `first` on; `scores` has room for [rows][padded].
template <int rows, class T>
CT_INLINE void forward_tile(const Shape &shape, const Head<T> &head, int64_t first, T *scores) {
  using Vector = typename Of<T>::Vector;
  const T *query = head.queries + first * head.query_stride;
  const T scale = static_cast<T>(shape.scale);
  const int64_t most = visible(shape, first + rows - 1);
  Vector tops[rows];
  for (int r = 0; r < rows; ++r) tops[r] = spread(std::numeric_limits<T>::lowest());
  for (int64_t block = 0; block < most; block += lanes) {
    Vector sums[rows] = {};
    for (int64_t d = 0; d < shape.width; ++d) {
      const Vector key = load(head.keys + d * shape.padded + block);
      for (int r = 0; r < rows; ++r) sums[r] += query[r * head.query_stride + d] * key;
    }
    for (int r = 0; r < rows; ++r) {
      const Vector seen = below<T>(visible(shape, first + r) - block, sums[r] * scale);
      tops[r] = seen > tops[r] ? seen : tops[r];
      store(scores + r * shape.padded + block, seen);
    }
  }
  T factors[rows];
  for (int r = 0; r < rows; ++r) {
    const T top = largest<T>(tops[r]);
    const uint32_t base = shape.dropout.row(head.first_row + static_cast<uint32_t>(first) + r);
    Vector sums = {};
    T *row = scores + r * shape.padded;
    for (int64_t block = 0; block < most; block += lanes) {
      const Vector p = exponential(load(row + block) - top);
      sums += p;
      store(row + block, shape.dropout.applied<T>(base, static_cast<uint32_t>(block), p));
    }
    const T sum = added<T>(sums);
    factors[r] = T(1) / (sum * static_cast<T>(shape.dropout.kept));
    head.log_sums[first + r] = top + std::log(sum);
  }
  for (int64_t d = 0; d < shape.width; ++d) {
    Vector sums[rows] = {};
    for (int64_t block = 0; block < most; block += lanes) {
      const Vector value = load(head.values + d * shape.padded + block);
      for (int r = 0; r < rows; ++r) sums[r] += load(scores + r * shape.padded + block) * value;
    }
    for (int r = 0; r < rows; ++r) head.out[(first + r) * head.out_stride + d] = added<T>(sums[r]) * factors[r];
  }
}

template <class T>
CT_INLINE void forward_head(const Shape &shape, const Head<T> &head, T *scores) {
  int64_t first = 0;
  for (; first + tile <= shape.queries; first += tile) forward_tile<tile>(shape, head, first, scores);
  for (; first < shape.queries; ++first) forward_tile<1>(shape, head, first, scores);
}

// One query, as while decoding: keys and values are read once, from where they lie in rows of a width that fours divide.
template <class T>
CT_INLINE void decode(const Shape &shape, const Head<T> &head, int64_t key_stride, int64_t value_stride, T *scores) {
  using Vector = typename Of<T>::Vector;
  using Four = typename Of<T>::Four;
  const T scale = static_cast<T>(shape.scale);
  Vector tops = spread(std::numeric_limits<T>::lowest());
  for (int64_t block = 0; block < shape.padded; block += lanes) {
    for (int64_t t = block; t < block + lanes; t += 4) {
      Four sums[4] = {};
      for (int64_t d = 0; d < shape.width; d += 4) {
        const Four query = load_four(head.queries + d);
        for (int64_t u = 0; u < 4; ++u) {
          const int64_t row = t + u < shape.keys ? t + u : shape.keys - 1;
          sums[u] += load_four(head.keys + row * key_stride + d) * query;
        }
      }
      store_four(scores + t, added_across<T>(sums) * scale);
    }
  }
  for (int64_t block = 0; block < shape.padded; block += lanes) {
    const Vector seen = below<T>(shape.keys - block, load(scores + block));
    tops = seen > tops ? seen : tops;
    store(scores + block, seen);
  }
  const T top = largest<T>(tops);
  const uint32_t base = shape.dropout.row(head.first_row);
  Vector sums = {};
  for (int64_t block = 0; block < shape.padded; block += lanes) {
    const Vector p = exponential(load(scores + block) - top);
    sums += p;
    store(scores + block, shape.dropout.applied<T>(base, static_cast<uint32_t>(block), p));
  }
  const T sum = added<T>(sums);
  const T factor = T(1) / (sum * static_cast<T>(shape.dropout.kept));
  head.log_sums[0] = top + std::log(sum);
  for (int64_t d = 0; d < shape.width; d += 4) {
    Four even = {}, odd = {};
    int64_t t = 0;
    for (; t + 2 <= shape.keys; t += 2) {
      even += scores[t] * load_four(head.values + t * value_stride + d);
      odd += scores[t + 1] * load_four(head.values + (t + 1) * value_stride + d);
    }
    if (t < shape.keys) even += scores[t] * load_four(head.values + t * value_stride + d);
    store_four(head.out + d, (even + odd) * factor);
  }
}

// Gradients of one head: of queries in rows, of keys and values [width][padded].
template <class T>
struct Slopes {
  const T *out;
  int64_t out_stride;
  T *queries;
  int64_t query_stride;
  T *keys, *values;
};

template <int rows, class T>
CT_INLINE void backward_tile(const Shape &shape, const Head<T> &head, const Slopes<T> &slopes, int64_t first, T *scores) {
  using Vector = typename Of<T>::Vector;
  const T *query = head.queries + first * head.query_stride, *slope = slopes.out + first * slopes.out_stride;
  const T scale = static_cast<T>(shape.scale), over_kept = static_cast<T>(1 / shape.dropout.kept);
  const int64_t most = visible(shape, first + rows - 1);
  T shared[rows] = {};  // Σⱼ weightⱼ · slopeⱼ = slope · out
  uint32_t bases[rows];
  for (int r = 0; r < rows; ++r) {
    for (int64_t d = 0; d < shape.width; ++d)
      shared[r] += slope[r * slopes.out_stride + d] * head.out[(first + r) * head.out_stride + d];
    bases[r] = shape.dropout.row(head.first_row + static_cast<uint32_t>(first) + r);
  }
  for (int64_t block = 0; block < most; block += lanes) {
    Vector sums[rows] = {}, incoming[rows] = {}, weights[rows];
    for (int64_t d = 0; d < shape.width; ++d) {
      const Vector key = load(head.keys + d * shape.padded + block), value = load(head.values + d * shape.padded + block);
      for (int r = 0; r < rows; ++r) {
        sums[r] += query[r * head.query_stride + d] * key;
        incoming[r] += slope[r * slopes.out_stride + d] * value;
      }
    }
    for (int r = 0; r < rows; ++r) {
      const Vector p =
          exponential(below<T>(visible(shape, first + r) - block, sums[r] * scale) - head.log_sums[first + r]);
      weights[r] = shape.dropout.applied<T>(bases[r], static_cast<uint32_t>(block), p * over_kept);
      sums[r] = (weights[r] * incoming[r] - p * shared[r]) * scale;
      store(scores + r * shape.padded + block, sums[r]);
    }
    for (int64_t d = 0; d < shape.width; ++d) {
      T *key_slope = slopes.keys + d * shape.padded + block, *value_slope = slopes.values + d * shape.padded + block;
      Vector key = load(key_slope), value = load(value_slope);
      for (int r = 0; r < rows; ++r) {
        key += query[r * head.query_stride + d] * sums[r];
        value += slope[r * slopes.out_stride + d] * weights[r];
      }
      store(key_slope, key);
      store(value_slope, value);
    }
  }
  for (int64_t d = 0; d < shape.width; ++d) {
    Vector sums[rows] = {};
    for (int64_t block = 0; block < most; block += lanes) {
      const Vector key = load(head.keys + d * shape.padded + block);
      for (int r = 0; r < rows; ++r) sums[r] += load(scores + r * shape.padded + block) * key;
    }
    for (int r = 0; r < rows; ++r) slopes.queries[(first + r) * slopes.query_stride + d] = added<T>(sums[r]);
  }
}

template <class T>
CT_INLINE void backward_head(const Shape &shape, const Head<T> &head, const Slopes<T> &slopes, T *scores) {
  int64_t first = 0;
  for (; first + tile <= shape.queries; first += tile) backward_tile<tile>(shape, head, slopes, first, scores);
  for (; first < shape.queries; ++first) backward_tile<1>(shape, head, slopes, first, scores);
}

// Rows of a head, one after the other, to [width][padded] with zeros behind; squares of four by four in registers.
template <class T>
CT_INLINE void transpose(const T *rows, int64_t stride, const Shape &shape, T *columns) {
  int64_t t = 0;
  for (; t + 4 <= shape.keys; t += 4) {
    int64_t d = 0;
    for (; d + 4 <= shape.width; d += 4) transpose_square(rows + t * stride + d, stride, columns + d * shape.padded + t, shape.padded);
    for (; d < shape.width; ++d)
      for (int64_t u = t; u < t + 4; ++u) columns[d * shape.padded + u] = rows[u * stride + d];
  }
  for (; t < shape.padded; ++t)
    for (int64_t d = 0; d < shape.width; ++d) columns[d * shape.padded + t] = t < shape.keys ? rows[t * stride + d] : T(0);
}

template <class T>
CT_INLINE void transpose_back(const T *columns, int64_t stride, const Shape &shape, T *rows) {
  int64_t t = 0;
  for (; t + 4 <= shape.keys; t += 4) {
    int64_t d = 0;
    for (; d + 4 <= shape.width; d += 4) transpose_square(columns + d * shape.padded + t, shape.padded, rows + t * stride + d, stride);
    for (; d < shape.width; ++d)
      for (int64_t u = t; u < t + 4; ++u) rows[u * stride + d] = columns[d * shape.padded + u];
  }
  for (; t < shape.keys; ++t)
    for (int64_t d = 0; d < shape.width; ++d) rows[t * stride + d] = columns[d * shape.padded + t];
}

CT_CLONES void forward_float(const Shape &shape, const Head<float> &head, float *scores) { forward_head(shape, head, scores); }
CT_CLONES void decode_float(const Shape &shape, const Head<float> &head, int64_t key_stride, int64_t value_stride, float *scores) {
  decode(shape, head, key_stride, value_stride, scores);
}
CT_CLONES void backward_float(const Shape &shape, const Head<float> &head, const Slopes<float> &slopes, float *scores) {
  backward_head(shape, head, slopes, scores);
}

// The last dimension side by side; the others as they are.
at::Tensor rowwise(const at::Tensor &tensor) { return tensor.stride(3) == 1 ? tensor : tensor.contiguous(); }

template <class T>
T *head_of(const at::Tensor &tensor, int64_t batch, int64_t head) {
  return tensor.data_ptr<T>() + batch * tensor.stride(0) + head * tensor.stride(1);
}

// Multiplications below which a second thread costs more than it does.
constexpr int64_t fair_work = 16'384;

// Queries, keys, values, answers and log-sums of all heads.
struct Heads {
  Shape shape;
  const at::Tensor &q, &k, &v, &out, &log_sums;

  // Calls `body(head, batch, index, scratch)` for each head, on several threads where there is enough to do.
  template <class T, class Body>
  void each(int64_t scratch, Body body) const {
    const int64_t count = q.size(1), size = shape.width * shape.padded;
    const int64_t work = std::max<int64_t>(1, shape.queries * shape.keys * shape.width);
    in_parallel(q.size(0) * count, 1 + fair_work / work, [&](int64_t begin, int64_t end) {
      std::vector<T> storage(2 * size + tile * shape.padded + scratch);
      T *keys = storage.data(), *values = keys + size, *scores = values + size;
      for (int64_t index = begin; index < end; ++index) {
        const int64_t b = index / count, h = index % count;
        transpose(head_of<T>(k, b, h), k.stride(2), shape, keys);
        transpose(head_of<T>(v, b, h), v.stride(2), shape, values);
        const auto first_row = static_cast<uint32_t>(index * shape.queries);
        body(
            Head<T>{head_of<T>(q, b, h), q.stride(2), keys, values, head_of<T>(out, b, h), out.stride(2),
                    log_sums.data_ptr<T>() + index * shape.queries, first_row},
            b, h, scores);
      }
    });
  }

  template <class T>
  void forward() const {
    if (shape.queries == 1 && shape.width % 4 == 0) return decoded<T>();
    each<T>(0, [&](const Head<T> &head, int64_t, int64_t, T *scores) {
      if constexpr (std::is_same_v<T, float>)
        forward_float(shape, head, scores);
      else
        forward_head(shape, head, scores);
    });
  }

  template <class T>
  void decoded() const {
    const int64_t count = q.size(1), work = std::max<int64_t>(1, shape.keys * shape.width);
    in_parallel(q.size(0) * count, 1 + fair_work / work, [&](int64_t begin, int64_t end) {
      std::vector<T> scores(shape.padded);
      for (int64_t index = begin; index < end; ++index) {
        const int64_t b = index / count, h = index % count;
        const Head<T> head{head_of<T>(q, b, h), q.stride(2), head_of<T>(k, b, h), head_of<T>(v, b, h), head_of<T>(out, b, h),
                           out.stride(2), log_sums.data_ptr<T>() + index, static_cast<uint32_t>(index)};
        if constexpr (std::is_same_v<T, float>)
          decode_float(shape, head, k.stride(2), v.stride(2), scores.data());
        else
          decode(shape, head, k.stride(2), v.stride(2), scores.data());
      }
    });
  }

  template <class T>
  void backward(const at::Tensor &slopes, at::Tensor &dq, at::Tensor &dk, at::Tensor &dv) const {
    const int64_t size = shape.width * shape.padded;
    each<T>(2 * size, [&](const Head<T> &head, int64_t b, int64_t h, T *scores) {
      T *keys = scores + tile * shape.padded, *values = keys + size;
      std::fill(keys, values + size, T(0));
      const Slopes<T> all{head_of<T>(slopes, b, h), slopes.stride(2), head_of<T>(dq, b, h), dq.stride(2), keys, values};
      if constexpr (std::is_same_v<T, float>)
        backward_float(shape, head, all, scores);
      else
        backward_head(shape, head, all, scores);
      transpose_back(keys, dk.stride(2), shape, head_of<T>(dk, b, h));
      transpose_back(values, dv.stride(2), shape, head_of<T>(dv, b, h));
    });
  }
};

Shape shape_of(const at::Tensor &q, const at::Tensor &k, bool causal, double scale, double probability, uint64_t key) {
  const int64_t keys = k.size(2);
  return {q.size(2), keys, q.size(3), (keys + lanes - 1) / lanes * lanes, causal, scale, Dropout(probability, key)};
}

// The memory that rows of [batch, time, heads, width] have, seen as [batch, heads, time, width]: what an attention layer reads next.
at::Tensor like_rows(const at::Tensor &tensor) {
  return at::empty({tensor.size(0), tensor.size(2), tensor.size(1), tensor.size(3)}, tensor.options()).transpose(1, 2);
}

// What the gradient reads of a call.
Shape shape_of(const at::Tensor &q, const at::Tensor &k, torch::autograd::AutogradContext *context) {
  auto &data = context->saved_data;
  return shape_of(
      q, k, data["causal"].toBool(), data["scale"].toDouble(), data["probability"].toDouble(),
      static_cast<uint64_t>(data["key"].toInt()));
}

struct Call {
  bool causal;
  double scale, probability;
  int64_t key;

  void save(torch::autograd::AutogradContext *context) const {
    context->saved_data["causal"] = causal;
    context->saved_data["scale"] = scale;
    context->saved_data["probability"] = probability;
    context->saved_data["key"] = key;
  }

  // Writes `out`; returns the logarithms of the sums that weights were divided by.
  at::Tensor attend(const at::Tensor &q, const at::Tensor &k, const at::Tensor &v, const at::Tensor &out) const {
    auto log_sums = at::empty({q.size(0), q.size(1), q.size(2)}, q.options());
    const Heads heads{shape_of(q, k, causal, scale, probability, static_cast<uint64_t>(key)), q, k, v, out, log_sums};
    q.scalar_type() == at::kFloat ? heads.forward<float>() : heads.forward<double>();
    return log_sums;
  }
};

void attend_backward(const Heads &heads, const at::Tensor &slopes, at::Tensor dq, at::Tensor dk, at::Tensor dv) {
  TORCH_CHECK(!at::GradMode::is_enabled(), "attention with dropout has no second derivative");
  if (heads.q.scalar_type() == at::kFloat)
    heads.backward<float>(slopes, dq, dk, dv);
  else
    heads.backward<double>(slopes, dq, dk, dv);
}

struct DropoutAttention : public torch::autograd::Function<DropoutAttention> {
  static at::Tensor forward(
      torch::autograd::AutogradContext *context, const at::Tensor &queries, const at::Tensor &keys, const at::Tensor &values,
      const Call &call) {
    const auto q = rowwise(queries), k = rowwise(keys), v = rowwise(values);
    const auto out = like_rows(q);
    context->save_for_backward({q, k, v, out, call.attend(q, k, v, out)});
    call.save(context);
    return out;
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext *context, torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &q = saved[0], &k = saved[1], &v = saved[2];
    const auto dq = like_rows(q), dk = like_rows(k), dv = like_rows(v);
    attend_backward({shape_of(q, k, context), q, k, v, saved[3], saved[4]}, rowwise(gradients[0]), dq, dk, dv);
    return {dq, dk, dv, at::Tensor()};
  }
};

// Queries, keys and values as one linear layer puts them out, [batch, time, 3, heads, width], and their gradient in one piece.
struct PackedDropoutAttention : public torch::autograd::Function<PackedDropoutAttention> {
  static std::vector<at::Tensor> parts(const at::Tensor &packed) { return packed.permute({2, 0, 3, 1, 4}).unbind(0); }

  static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &input, const Call &call) {
    const auto packed = input.contiguous();
    const auto qkv = parts(packed);
    const auto out = at::empty({packed.size(0), packed.size(1), packed.size(3), packed.size(4)}, packed.options());
    context->save_for_backward({packed, out, call.attend(qkv[0], qkv[1], qkv[2], out.transpose(1, 2))});
    call.save(context);
    return out;
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext *context, torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto qkv = parts(saved[0]);
    const auto out = saved[1].transpose(1, 2), result = at::empty_like(saved[0]);
    const auto slopes = parts(result);
    attend_backward(
        {shape_of(qkv[0], qkv[1], context), qkv[0], qkv[1], qkv[2], out, saved[2]}, rowwise(gradients[0].transpose(1, 2)), slopes[0],
        slopes[1], slopes[2]);
    return {result, at::Tensor()};
  }
};

}  // namespace

ct_status_t ct_dropout_attention(
    ct_tensor_t query, ct_tensor_t key, ct_tensor_t value, bool causal, double scale, double probability,
    ct_generator_t generator, ct_tensor_t *out) {
  return guarded([&] {
    const Call call{causal, scale, probability, drawn_key(generator_of(generator))};
    *out = give(DropoutAttention::apply(borrow(query), borrow(key), borrow(value), call));
  });
}

ct_status_t ct_packed_dropout_attention(
    ct_tensor_t packed, bool causal, double scale, double probability, ct_generator_t generator, ct_tensor_t *out) {
  return guarded([&] {
    const Call call{causal, scale, probability, drawn_key(generator_of(generator))};
    *out = give(PackedDropoutAttention::apply(borrow(packed), call));
  });
}
