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

#include "support.hpp"

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

ct_status_t ct_sample_categorical(ct_tensor_t logits, ct_generator_t generator, ct_tensor_t *out) {
  return guarded([&] {
    at::NoGradGuard no_grad;
    auto scores = borrow(logits);
    // In float32 sums and draws move in steps of 2⁻²⁴: rarer tokens would come in lumps.
    const auto type = scores.is_mps() ? at::kFloat : at::kDouble;
    auto sums = at::cumsum(at::softmax(scores, -1, at::kFloat), -1, type);
    auto shape = sums.sizes().vec();
    shape.back() = 1;
    // One draw in (0, total] a row: the first sum that reaches it belongs to a token that can be drawn.
    auto draws = at::empty(shape, sums.options()).uniform_(0.0, 1.0, generator_of(generator));
    auto levels = (1.0 - draws) * sums.narrow(-1, sums.size(-1) - 1, 1);
    // A row of NaN has no such sum; it draws the last token, and whoever reads its log-probability sees the NaN.
    *out = give(at::searchsorted(sums, levels).squeeze(-1).clamp_max_(sums.size(-1) - 1));
  });
}

ct_status_t ct_dropout(ct_tensor_t input, double probability, ct_generator_t generator, ct_tensor_t *out) {
  return guarded([&] {
    auto x = borrow(input);
    at::Tensor mask;
    {
      at::NoGradGuard no_grad;
      mask = at::empty_like(x).bernoulli_(1.0 - probability, generator_of(generator)).div_(1.0 - probability);
    }
    *out = give(x * mask);
  });
}
