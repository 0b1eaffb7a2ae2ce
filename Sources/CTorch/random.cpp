// Randomness: every draw comes from a generator that the caller owns.

#include <ATen/TensorOperators.h>
#include <ATen/Context.h>
#include <ATen/ops/cumsum.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/randperm.h>
#include <ATen/ops/searchsorted.h>
#include <ATen/ops/softmax.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <ATen/detail/MPSHooksInterface.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <mutex>

#include "support.hpp"
#include "vectors.hpp"

using namespace ctorch;

at::Generator &ctorch::generator_of(ct_generator_t generator) { return *reinterpret_cast<at::Generator *>(generator); }

ct_status_t ct_generator_create(ct_device_t device, uint64_t seed, ct_generator_t *out) {
  return guarded([&] {
    at::Generator generator = [&] {
      if (device.type == CT_CUDA) return at::globalContext().defaultGenerator(device_of(device)).clone();
      if (device.type == CT_MPS) return at::globalContext().defaultGenerator(device_of(device)).clone();
      return at::make_generator<at::CPUGeneratorImpl>(seed);
    }();
    generator.set_current_seed(seed);
    *out = reinterpret_cast<ct_generator_t>(new at::Generator(std::move(generator)));
  });
}

void ct_generator_release(ct_generator_t generator) { delete &generator_of(generator); }

ct_status_t ct_generator_state(ct_generator_t generator, ct_tensor_t *out) {
  return guarded([&] { *out = give(generator_of(generator).get_state()); });
}

ct_status_t ct_generator_set_state(ct_generator_t generator, ct_tensor_t state) {
  return guarded([&] { generator_of(generator).set_state(borrow(state)); });
}

ct_status_t ct_normal(const int64_t *shape, int64_t rank, double mean, double deviation, ct_dtype_t dtype, ct_device_t device, ct_generator_t generator, ct_tensor_t *out) {
  return guarded([&] {
    auto tensor = at::empty(at::IntArrayRef(shape, rank), options(dtype, device));
    *out = give(tensor.normal_(mean, deviation, generator_of(generator)));
  });
}

ct_status_t ct_uniform(const int64_t *shape, int64_t rank, double lower, double upper, ct_dtype_t dtype, ct_device_t device, ct_generator_t generator, ct_tensor_t *out) {
  return guarded([&] {
    auto tensor = at::empty(at::IntArrayRef(shape, rank), options(dtype, device));
    *out = give(tensor.uniform_(lower, upper, generator_of(generator)));
  });
}

ct_status_t ct_permutation(int64_t count, ct_device_t device, ct_generator_t generator, ct_tensor_t *out) {
  return guarded([&] {
    *out = give(at::randperm(count, generator_of(generator), at::TensorOptions().dtype(at::kLong).device(device_of(device))));
  });
}

namespace {

// One place of every row [n, places] by its running sums, as the operators below do it.
at::Tensor chosen_by_sums(const at::Tensor &probabilities, const at::Tensor &levels) {
  const int64_t rows = probabilities.size(0), places = probabilities.size(1);
  auto chosen = at::empty({rows}, probabilities.options().dtype(at::kLong));
  const float *row = probabilities.data_ptr<float>();
  const double *shares = levels.data_ptr<double>();
  for (int64_t r = 0; r < rows; ++r, row += places) {
    double total = 0;
    for (int64_t i = 0; i < places; ++i) total += row[i];
    const double level = (1.0 - shares[r]) * total;
    double sum = 0;
    int64_t place = 0;
    // A row of NaN has no sum that reaches anything.
    for (; place + 1 < places; ++place) {
      sum += row[place];
      if (sum >= level) break;
    }
    chosen.data_ptr<int64_t>()[r] = place;
  }
  return chosen;
}

// The first token whose running sum reaches (1 − level) of the whole: one that can be drawn, as levels are below 1.
at::Tensor chosen(const at::Tensor &probabilities, const at::Tensor &levels) {
  if (probabilities.is_cpu() && probabilities.dim() == 2) {
    return chosen_by_sums(probabilities.contiguous(), levels.contiguous());
  }
  auto sums = at::cumsum(probabilities, -1, levels.scalar_type());
  const auto bounds = (1.0 - levels.unsqueeze(-1)) * sums.narrow(-1, sums.size(-1) - 1, 1);
  // A row of NaN has no such sum; it draws the last token, and whoever reads its log-probability sees the NaN.
  return at::searchsorted(sums, bounds).squeeze(-1).clamp_max_(sums.size(-1) - 1);
}

// In float32 sums and draws move in steps of 2⁻²⁴: rarer tokens would come in lumps.
at::ScalarType level_type(const at::Tensor &scores) { return scores.is_mps() ? at::kFloat : at::kDouble; }

}  // namespace

ct_status_t ct_sample_categorical(ct_tensor_t logits, ct_generator_t generator, ct_tensor_t *out) {
  return guarded([&] {
    at::NoGradGuard no_grad;
    auto scores = borrow(logits);
    const auto probabilities = at::softmax(scores, -1, at::kFloat);
    auto shape = scores.sizes().vec();
    shape.pop_back();
    // Drawn where the generator is, so that its draws are the same wherever the scores are.
    auto &source = generator_of(generator);
    const auto levels = at::empty(shape, at::TensorOptions().dtype(level_type(scores)).device(source.device()))
                            .uniform_(0.0, 1.0, source)
                            .to(scores.device(), /*non_blocking=*/true);
    *out = give(chosen(probabilities, levels));
  });
}

ct_status_t ct_choose_categorical(ct_tensor_t logits, ct_tensor_t levels, ct_tensor_t *out) {
  return guarded([&] {
    at::NoGradGuard no_grad;
    auto scores = borrow(logits);
    const auto probabilities = at::softmax(scores, -1, at::kFloat);
    *out = give(chosen(probabilities, borrow(levels).to(level_type(scores))));
  });
}

namespace {

// Places of a tensor, in rows of a length that all vectors divide: the masks of one row come from one hash.
constexpr int64_t row_length = 4096;

template <class T>
CT_INLINE void dropped_row(const vectors::Dropout &dropout, uint32_t row, const T *from, T *to, int64_t count) {
  using namespace vectors;
  const uint32_t base = dropout.row(row);
  const T factor = static_cast<T>(1 / dropout.kept);
  int64_t place = 0;
  for (; place + lanes <= count; place += lanes)
    store(to + place, dropout.applied<T>(base, static_cast<uint32_t>(place), load(from + place)) * factor);
  if (place == count) return;
  T rest[lanes] = {};
  std::memcpy(rest, from + place, (count - place) * sizeof(T));
  store(rest, dropout.applied<T>(base, static_cast<uint32_t>(place), load(rest)) * factor);
  std::memcpy(to + place, rest, (count - place) * sizeof(T));
}

CT_CLONES void dropped_float(const vectors::Dropout &dropout, const float *from, float *to, int64_t count) {
  for (int64_t start = 0; start < count; start += row_length)
    dropped_row(dropout, static_cast<uint32_t>(start / row_length), from + start, to + start, std::min(row_length, count - start));
}

void dropped_double(const vectors::Dropout &dropout, const double *from, double *to, int64_t count) {
  for (int64_t start = 0; start < count; start += row_length)
    dropped_row(dropout, static_cast<uint32_t>(start / row_length), from + start, to + start, std::min(row_length, count - start));
}

// Dropout in one pass on the CPU. It is linear, so its gradient is itself with the same masks, to any order.
struct FusedDropout : public torch::autograd::Function<FusedDropout> {
  static at::Tensor forward(torch::autograd::AutogradContext *context, const at::Tensor &input, double probability, int64_t key) {
    const auto x = input.contiguous();
    auto out = at::empty_like(x);
    const vectors::Dropout dropout(probability, static_cast<uint64_t>(key));
    if (x.scalar_type() == at::kFloat)
      dropped_float(dropout, x.data_ptr<float>(), out.data_ptr<float>(), x.numel());
    else
      dropped_double(dropout, x.data_ptr<double>(), out.data_ptr<double>(), x.numel());
    context->saved_data["probability"] = probability;
    context->saved_data["key"] = key;
    return out;
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext *context, torch::autograd::variable_list gradients) {
    const auto &data = context->saved_data;
    return {apply(gradients[0], data.at("probability").toDouble(), data.at("key").toInt()), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

int64_t ctorch::drawn_key(at::Generator &generator) {
  std::lock_guard<std::mutex> lock(generator.mutex());
  return static_cast<int64_t>(generator.get<at::CPUGeneratorImpl>()->random64());
}

ct_status_t ct_dropout(ct_tensor_t input, double probability, ct_generator_t generator, ct_tensor_t *out) {
  return guarded([&] {
    const auto x = borrow(input);
    auto &source = generator_of(generator);
    if (has_kernels(x)) {
      *out = give(FusedDropout::apply(x, probability, drawn_key(source)));
      return;
    }
    at::Tensor mask;
    {
      at::NoGradGuard no_grad;
      mask = at::empty_like(x).bernoulli_(1.0 - probability, source).div_(1.0 - probability);
    }
    *out = give(x * mask);
  });
}
