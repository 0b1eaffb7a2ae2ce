// Randomness: every draw comes from a generator that the caller owns.

#include <ATen/TensorOperators.h>
#include <ATen/Context.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/randperm.h>
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
    if (scores.scalar_type() == at::kBFloat16 || scores.scalar_type() == at::kHalf) scores = scores.to(at::kFloat);
    // argmax(logits − log E) with E ~ Exponential(1) has the law softmax(logits).
    auto noise = at::empty_like(scores, at::MemoryFormat::Contiguous).exponential_(1.0, generator_of(generator)).log_();
    *out = give(at::argmax(scores - noise, -1));
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
