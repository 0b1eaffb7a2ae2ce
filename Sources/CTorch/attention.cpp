// Attention, with dropout on its weights or without, fused on the CPU: the weights [queries, keys] are never held, and the same
// masks are made again for the gradient. libtorch's own fused kernel takes no dropout on the CPU, and narrow heads are slow in it.

#include <ATen/ops/empty.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <type_traits>

#include "attention_kernels.hpp"
#include "support.hpp"

using namespace ctorch;

namespace {

using namespace attention;

CT_CLONES void forward_float(const Shape &shape, const Head<float> &head, float *scores) { forward_head(shape, head, scores); }
CT_CLONES void decode_float(const Shape &shape, const Head<float> &head, float *scores) { decode(shape, head, scores); }
CT_CLONES void decode_fours_float(const Shape &shape, const Head<float> &head, float *scores) { decode_fours(shape, head, scores); }
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
    each<T>(0, [&](const Head<T> &head, int64_t, int64_t, T *scores) {
      if constexpr (std::is_same_v<T, float>)
        forward_float(shape, head, scores);
      else
        forward_head(shape, head, scores);
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

// A new token of every row, [batch, 1, 3, heads, width]: its keys and values are written at `length` into the cache
// [2, batch, heads, capacity, width], and its queries see all that is there then. Sizes and pointers are read once.
template <class T>
void decode_step(const at::Tensor &packed, const at::Tensor &cache, int64_t length, double scale, const Dropout &dropout, T *out) {
  const int64_t count = packed.size(3), width = packed.size(4), room = cache.size(3) * width;
  const int64_t keys = length + 1, padded = (keys + lanes - 1) / lanes * lanes, apart = cache.stride(0);
  const T *from = packed.data_ptr<T>();
  T *to = cache.data_ptr<T>();
  const Shape shape{1, keys, width, padded, false, scale, dropout};
  in_parallel(packed.size(0) * count, 1 + fair_work / (keys * width), [&](int64_t begin, int64_t end) {
    std::vector<T> scores(padded);
    for (int64_t index = begin; index < end; ++index) {
      const T *query = from + ((index / count) * 3 * count + index % count) * width;
      T *rows[2] = {to + index * room, to + index * room + apart};
      for (int part = 0; part < 2; ++part) std::copy_n(query + (part + 1) * count * width, width, rows[part] + length * width);
      T log_sum;
      const Head<T> head{query, width, rows[0], rows[1], out + index * width, width, &log_sum, static_cast<uint32_t>(index)};
      if constexpr (!std::is_same_v<T, float>)
        width == 4 ? decode_fours(shape, head, scores.data()) : decode(shape, head, scores.data());
      else
        width == 4 ? decode_fours_float(shape, head, scores.data()) : decode_float(shape, head, scores.data());
    }
  });
}

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
  TORCH_CHECK(!at::GradMode::is_enabled(), "fused attention has no second derivative");
  if (heads.q.scalar_type() == at::kFloat)
    heads.backward<float>(slopes, dq, dk, dv);
  else
    heads.backward<double>(slopes, dq, dk, dv);
}

struct FusedAttention : public torch::autograd::Function<FusedAttention> {
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
struct PackedAttention : public torch::autograd::Function<PackedAttention> {
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

// No generator, no dropout, and no draw.
int64_t key_of(ct_generator_t generator) { return generator ? drawn_key(generator_of(generator)) : 0; }

}  // namespace

ct_status_t ct_fused_attention(
    ct_tensor_t query, ct_tensor_t key, ct_tensor_t value, bool causal, double scale, double probability,
    ct_generator_t generator, ct_tensor_t *out) {
  return guarded([&] {
    const Call call{causal, scale, probability, key_of(generator)};
    *out = give(FusedAttention::apply(borrow(query), borrow(key), borrow(value), call));
  });
}

ct_status_t ct_packed_attention(
    ct_tensor_t packed, bool causal, double scale, double probability, ct_generator_t generator, ct_tensor_t *out) {
  return guarded([&] {
    const Call call{causal, scale, probability, key_of(generator)};
    *out = give(PackedAttention::apply(borrow(packed), call));
  });
}

ct_status_t ct_cached_attention(
    ct_tensor_t packed, ct_tensor_t cache, int64_t length, double scale, double probability, ct_generator_t generator,
    ct_tensor_t *out) {
  return guarded([&] {
    const auto input = borrow(packed).contiguous(), all = borrow(cache);
    TORCH_CHECK(!(at::GradMode::is_enabled() && input.requires_grad()), "attention over a cache has no gradient");
    TORCH_CHECK(all.is_contiguous() && all.scalar_type() == input.scalar_type(), "a cache of another type or order");
    const Dropout dropout(probability, static_cast<uint64_t>(key_of(generator)));
    auto answers = at::empty({input.size(0), 1, input.size(3), input.size(4)}, input.options());
    if (input.scalar_type() == at::kFloat)
      decode_step(input, all, length, scale, dropout, answers.data_ptr<float>());
    else
      decode_step(input, all, length, scale, dropout, answers.data_ptr<double>());
    *out = give(answers);
  });
}
