// Pure operators: element by element, reductions, shapes, layers.

#include <ATen/ops/abs.h>
#include <ATen/ops/add.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/all.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/amin.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/cos.h>
#include <ATen/ops/cumsum.h>
#include <ATen/ops/div.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/eq.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/expm1.h>
#include <ATen/ops/flip.h>
#include <ATen/ops/gather.h>
#include <ATen/ops/ge.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/gt.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/le.h>
#include <ATen/ops/log.h>
#include <ATen/ops/log1p.h>
#include <ATen/ops/log_sigmoid.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/logical_and.h>
#include <ATen/ops/logical_not.h>
#include <ATen/ops/logical_or.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/lt.h>
#include <ATen/ops/masked_fill.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/mean.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/ne.h>
#include <ATen/ops/neg.h>
#include <ATen/ops/pow.h>
#include <ATen/ops/reciprocal.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/rsqrt.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/scatter.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/sign.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/sin.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/sort.h>
#include <ATen/ops/sqrt.h>
#include <ATen/ops/square.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/tanh.h>
#include <ATen/ops/topk.h>
#include <ATen/ops/tril.h>
#include <ATen/ops/unbind.h>
#include <ATen/ops/where.h>

#include <cmath>

#include "support.hpp"
#include "thin_products.hpp"

using namespace ctorch;

// ---- Element by element ------------------------------------------------------------------------------

// The names in CT_UNARY_OPERATORS, whichever library function each stands for.
namespace operators {
using at::abs, at::cos, at::exp, at::expm1, at::isfinite, at::log, at::log1p, at::log_sigmoid, at::logical_not, at::neg,
    at::reciprocal, at::relu, at::rsqrt, at::sigmoid, at::sign, at::silu, at::sin, at::sqrt, at::square, at::tanh;

at::Tensor gelu(const at::Tensor &tensor) { return at::gelu(tensor); }
}  // namespace operators

#define CT_DEFINE_UNARY(name)                                                         \
  ct_status_t ct_##name(ct_tensor_t tensor, ct_tensor_t *out) {                      \
    return guarded([&] { *out = give(operators::name(borrow(tensor))); });           \
  }
#define CT_DEFINE_BINARY(name)                                                       \
  ct_status_t ct_##name(ct_tensor_t left, ct_tensor_t right, ct_tensor_t *out) {     \
    return guarded([&] { *out = give(at::name(borrow(left), borrow(right))); });     \
  }
#define CT_DEFINE_SCALAR(name)                                                       \
  ct_status_t ct_##name##_scalar(ct_tensor_t left, double right, ct_tensor_t *out) { \
    return guarded([&] { *out = give(at::name(borrow(left), right)); });             \
  }

CT_UNARY_OPERATORS(CT_DEFINE_UNARY)
CT_BINARY_OPERATORS(CT_DEFINE_BINARY)
CT_SCALAR_OPERATORS(CT_DEFINE_SCALAR)

ct_status_t ct_clamp(ct_tensor_t tensor, double lower, double upper, ct_tensor_t *out) {
  return guarded([&] {
    auto value = borrow(tensor);
    // A floating-point bound would turn whole numbers into float32.
    const bool whole = at::isIntegralType(value.scalar_type(), /*includeBool=*/true);
    auto bound = [&](double number) -> std::optional<at::Scalar> {
      if (std::isinf(number)) return std::nullopt;
      return whole ? at::Scalar(static_cast<int64_t>(number)) : at::Scalar(number);
    };
    auto low = bound(whole ? std::ceil(lower) : lower), high = bound(whole ? std::floor(upper) : upper);
    *out = give(low || high ? at::clamp(value, low, high) : value.alias());
  });
}

ct_status_t ct_where(ct_tensor_t condition, ct_tensor_t yes, ct_tensor_t no, ct_tensor_t *out) {
  return guarded([&] { *out = give(at::where(borrow(condition), borrow(yes), borrow(no))); });
}

ct_status_t ct_masked_fill(ct_tensor_t tensor, ct_tensor_t mask, double value, ct_tensor_t *out) {
  return guarded([&] { *out = give(at::masked_fill(borrow(tensor), borrow(mask), value)); });
}

// ---- Reductions and order ----------------------------------------------------------------------------

ct_status_t ct_sum(ct_tensor_t tensor, const int64_t *dimensions, int64_t count, bool keep, ct_tensor_t *out) {
  return guarded([&] { *out = give(at::sum(borrow(tensor), at::IntArrayRef(dimensions, count), keep)); });
}

ct_status_t ct_mean(ct_tensor_t tensor, const int64_t *dimensions, int64_t count, bool keep, ct_tensor_t *out) {
  return guarded([&] { *out = give(at::mean(borrow(tensor), at::IntArrayRef(dimensions, count), keep)); });
}

ct_status_t ct_amax(ct_tensor_t tensor, const int64_t *dimensions, int64_t count, bool keep, ct_tensor_t *out) {
  return guarded([&] { *out = give(at::amax(borrow(tensor), at::IntArrayRef(dimensions, count), keep)); });
}

ct_status_t ct_amin(ct_tensor_t tensor, const int64_t *dimensions, int64_t count, bool keep, ct_tensor_t *out) {
  return guarded([&] { *out = give(at::amin(borrow(tensor), at::IntArrayRef(dimensions, count), keep)); });
}

ct_status_t ct_logsumexp(ct_tensor_t tensor, int64_t dimension, bool keep, ct_tensor_t *out) {
  return guarded([&] { *out = give(at::logsumexp(borrow(tensor), dimension, keep)); });
}

ct_status_t ct_argmax(ct_tensor_t tensor, int64_t dimension, ct_tensor_t *out) {
  return guarded([&] { *out = give(at::argmax(borrow(tensor), dimension)); });
}

ct_status_t ct_cumsum(ct_tensor_t tensor, int64_t dimension, ct_tensor_t *out) {
  return guarded([&] { *out = give(at::cumsum(borrow(tensor), dimension)); });
}

namespace {

template <class T>
void discounted_sums(const at::Tensor &x, const at::Tensor &mask, double factor, at::Tensor &out) {
  const int64_t rows = x.size(0), time = x.size(1);
  const T *from = x.data_ptr<T>(), *real = mask.data_ptr<T>();
  T *to = out.data_ptr<T>();
  for (int64_t r = 0; r < rows; ++r) {
    T following = 0;
    for (int64_t t = r * time + time - 1; t >= r * time; --t) {
      const T share = following * static_cast<T>(factor);
      to[t] = following = (from[t] + share) * real[t];
    }
  }
}

template <class T>
bool all_finite(const at::Tensor &x) {
  const T *numbers = x.data_ptr<T>();
  T sum = 0;  // 0·x is 0, or NaN where x is not finite, and stays so
  for (int64_t i = 0; i < x.numel(); ++i) sum += numbers[i] * T(0);
  return sum == 0;
}

bool is_plain(const at::Tensor &x) {
  return has_kernels(x) &&
         !(at::GradMode::is_enabled() && x.requires_grad());
}

}  // namespace

ct_status_t ct_discounted_sums(ct_tensor_t tensor, ct_tensor_t mask, double factor, ct_tensor_t *out) {
  return guarded([&] {
    const auto x = borrow(tensor), real = borrow(mask);
    TORCH_CHECK(x.dim() == 2 && x.sizes() == real.sizes(), "sums of ", x.sizes(), " under a mask of ", real.sizes());
    if (is_plain(x) && is_plain(real) && x.scalar_type() == real.scalar_type()) {
      const auto numbers = x.contiguous(), places = real.contiguous();
      auto sums = at::empty(x.sizes(), x.options());
      if (x.scalar_type() == at::kFloat)
        discounted_sums<float>(numbers, places, factor, sums);
      else
        discounted_sums<double>(numbers, places, factor, sums);
      *out = give(std::move(sums));
      return;
    }
    const int64_t time = x.size(1);
    std::vector<at::Tensor> columns(time);
    for (int64_t t = time - 1; t >= 0; --t) {
      const auto here = x.select(1, t);
      columns[t] = (t + 1 < time ? at::add(here, columns[t + 1], factor) : here).mul(real.select(1, t));
    }
    *out = give(time > 0 ? at::stack(columns, 1) : x.mul(real));
  });
}

ct_status_t ct_all_finite(ct_tensor_t tensor, bool *out) {
  return guarded([&] {
    at::NoGradGuard no_grad;
    const auto x = borrow(tensor);
    if (!is_plain(x)) {
      *out = at::isfinite(x).all().item<bool>();
      return;
    }
    const auto numbers = x.contiguous();
    *out = x.scalar_type() == at::kFloat ? all_finite<float>(numbers) : all_finite<double>(numbers);
  });
}

ct_status_t ct_sort(ct_tensor_t tensor, int64_t dimension, bool descending, ct_tensor_t *values, ct_tensor_t *indices) {
  return guarded([&] {
    auto [sorted, order] = at::sort(borrow(tensor), /*stable=*/true, dimension, descending);
    *values = give(sorted);
    *indices = give(order);
  });
}

ct_status_t ct_topk(ct_tensor_t tensor, int64_t count, int64_t dimension, ct_tensor_t *values, ct_tensor_t *indices) {
  return guarded([&] {
    auto [top, order] = at::topk(borrow(tensor), count, dimension);
    *values = give(top);
    *indices = give(order);
  });
}

// ---- Shape and selection -----------------------------------------------------------------------------

ct_status_t ct_reshape(ct_tensor_t tensor, const int64_t *shape, int64_t rank, ct_tensor_t *out) {
  return guarded([&] { *out = give(borrow(tensor).reshape(at::IntArrayRef(shape, rank))); });
}

ct_status_t ct_expand(ct_tensor_t tensor, const int64_t *shape, int64_t rank, ct_tensor_t *out) {
  return guarded([&] { *out = give(borrow(tensor).expand(at::IntArrayRef(shape, rank))); });
}

ct_status_t ct_permute(ct_tensor_t tensor, const int64_t *order, int64_t rank, ct_tensor_t *out) {
  return guarded([&] { *out = give(borrow(tensor).permute(at::IntArrayRef(order, rank))); });
}

ct_status_t ct_narrow(ct_tensor_t tensor, int64_t dimension, int64_t start, int64_t length, ct_tensor_t *out) {
  return guarded([&] { *out = give(borrow(tensor).narrow(dimension, start, length)); });
}

ct_status_t ct_unbind(ct_tensor_t tensor, int64_t dimension, int64_t count, ct_tensor_t *out) {
  return guarded([&] {
    auto parts = at::unbind(borrow(tensor), dimension);
    TORCH_CHECK(static_cast<int64_t>(parts.size()) == count, "a dimension of ", parts.size(), " places, not ", count);
    for (int64_t i = 0; i < count; ++i) out[i] = give(std::move(parts[i]));
  });
}

ct_status_t ct_contiguous(ct_tensor_t tensor, ct_tensor_t *out) {
  return guarded([&] { *out = give(borrow(tensor).contiguous()); });
}

ct_status_t ct_concatenate(const ct_tensor_t *tensors, int64_t count, int64_t dimension, ct_tensor_t *out) {
  return guarded([&] { *out = give(at::cat(borrow(tensors, count), dimension)); });
}

ct_status_t ct_stack(const ct_tensor_t *tensors, int64_t count, int64_t dimension, ct_tensor_t *out) {
  return guarded([&] { *out = give(at::stack(borrow(tensors, count), dimension)); });
}

ct_status_t ct_index_select(ct_tensor_t tensor, int64_t dimension, ct_tensor_t indices, ct_tensor_t *out) {
  return guarded([&] { *out = give(at::index_select(borrow(tensor), dimension, borrow(indices))); });
}

ct_status_t ct_gather(ct_tensor_t tensor, int64_t dimension, ct_tensor_t indices, ct_tensor_t *out) {
  return guarded([&] { *out = give(at::gather(borrow(tensor), dimension, borrow(indices))); });
}

ct_status_t ct_scatter(ct_tensor_t tensor, int64_t dimension, ct_tensor_t indices, ct_tensor_t source, ct_tensor_t *out) {
  return guarded([&] { *out = give(at::scatter(borrow(tensor), dimension, borrow(indices), borrow(source))); });
}

ct_status_t ct_flip(ct_tensor_t tensor, int64_t dimension, ct_tensor_t *out) {
  return guarded([&] { *out = give(at::flip(borrow(tensor), dimension)); });
}

ct_status_t ct_tril(ct_tensor_t tensor, int64_t diagonal, ct_tensor_t *out) {
  return guarded([&] { *out = give(at::tril(borrow(tensor), diagonal)); });
}

// ---- Linear algebra and layers -----------------------------------------------------------------------

ct_status_t ct_matmul(ct_tensor_t left, ct_tensor_t right, ct_tensor_t *out) {
  return guarded([&] {
    const auto a = borrow(left), b = borrow(right);
    auto thin = thin_product(a, b, std::nullopt);
    *out = give(thin ? std::move(*thin) : at::matmul(a, b));
  });
}

ct_status_t ct_affine(ct_tensor_t bias, ct_tensor_t input, ct_tensor_t weight, ct_tensor_t *out) {
  return guarded([&] {
    const auto x = borrow(input), w = borrow(weight);
    const auto rows = x.dim() == 2 ? x : x.reshape({-1, x.size(-1)});
    const auto added = borrow_optional(bias);
    const auto thin = thin_product(rows, w, added);
    const auto result = thin ? *thin : added ? at::addmm(*added, rows, w) : at::mm(rows, w);
    if (x.dim() == 2) {
      *out = give(result);
      return;
    }
    auto shape = x.sizes().vec();
    shape.back() = w.size(1);
    *out = give(result.view(shape));
  });
}

ct_status_t ct_embedding(ct_tensor_t weight, ct_tensor_t indices, bool sparse_gradient, ct_tensor_t *out) {
  return guarded([&] {
    const auto table = borrow(weight);
    *out = give(at::embedding(
        table, borrow(indices), /*padding_idx=*/-1, /*scale_grad_by_freq=*/false, sparse_gradient && table.is_cpu()));
  });
}

ct_status_t ct_softmax(ct_tensor_t tensor, int64_t dimension, ct_tensor_t *out) {
  return guarded([&] { *out = give(at::softmax(borrow(tensor), dimension)); });
}

ct_status_t ct_log_softmax(ct_tensor_t tensor, int64_t dimension, ct_tensor_t *out) {
  return guarded([&] { *out = give(at::log_softmax(borrow(tensor), dimension)); });
}

ct_status_t ct_attention(ct_tensor_t query, ct_tensor_t key, ct_tensor_t value, ct_tensor_t mask, bool causal, double scale, ct_tensor_t *out) {
  return guarded([&] {
    *out = give(at::scaled_dot_product_attention(
        borrow(query), borrow(key), borrow(value), borrow_optional(mask), /*dropout_p=*/0.0, causal, scale));
  });
}
