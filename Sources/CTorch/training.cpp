// Automatic differentiation and optimizer steps.

#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros_like.h>
#include <torch/csrc/autograd/autograd.h>

#include "support.hpp"

using namespace ctorch;

// ---- Automatic differentiation through the engine's tape ---------------------------------------------

void ct_set_recording(bool value) { recording = value; }
bool ct_is_recording(void) { return recording; }
bool ct_requires_gradient(ct_tensor_t tensor) { return borrow(tensor).requires_grad(); }

ct_status_t ct_set_requires_gradient(ct_tensor_t tensor, bool value) {
  return guarded([&] { borrow(tensor).set_requires_grad(value); });
}

ct_status_t ct_detach(ct_tensor_t tensor, ct_tensor_t *out) {
  return guarded([&] { *out = give(borrow(tensor).detach()); });
}

ct_status_t ct_gradients(ct_tensor_t output, const ct_tensor_t *inputs, int64_t count, bool record, ct_tensor_t *out) {
  return guarded([&] {
    auto sources = borrow(inputs, count);
    auto gradients = torch::autograd::grad(
        {borrow(output)}, sources, /*grad_outputs=*/{}, /*retain_graph=*/record, /*create_graph=*/record,
        /*allow_unused=*/true);
    for (int64_t i = 0; i < count; ++i) {
      auto &gradient = gradients[i];
      // Optimizers write into gradients: one that repeats its elements, or shares them, gets storage of its own.
      if (!gradient.defined()) gradient = at::zeros_like(sources[i]);
      else if (gradient.use_count() > 1 || gradient.storage().use_count() > 1 || !gradient.is_non_overlapping_and_dense())
        gradient = gradient.clone();
      out[i] = give(std::move(gradient));
    }
  });
}

// ---- Optimizer steps on many tensors at once, in place -----------------------------------------------

ct_status_t ct_adamw_step(
    const ct_tensor_t *parameters, const ct_tensor_t *gradients, const ct_tensor_t *first_moments,
    const ct_tensor_t *second_moments, const ct_tensor_t *steps, int64_t count, double learning_rate, double beta1,
    double beta2, double weight_decay, double epsilon) {
  return guarded([&] {
    at::NoGradGuard no_grad;
    auto counts = borrow(steps, count);
    at::_foreach_add_(counts, 1.0);
    at::_fused_adamw_(
        borrow(parameters, count), borrow(gradients, count), borrow(first_moments, count),
        borrow(second_moments, count), /*max_exp_avg_sqs=*/{}, counts, learning_rate, beta1, beta2, weight_decay, epsilon,
        /*amsgrad=*/false, /*maximize=*/false);
  });
}

ct_status_t ct_gradient_norm(const ct_tensor_t *gradients, int64_t count, ct_tensor_t *out) {
  return guarded([&] {
    at::NoGradGuard no_grad;
    *out = give(at::linalg_vector_norm(at::stack(at::_foreach_norm(borrow(gradients, count)))));
  });
}

ct_status_t ct_scale_in_place(const ct_tensor_t *tensors, int64_t count, ct_tensor_t factor) {
  return guarded([&] {
    at::NoGradGuard no_grad;
    at::_foreach_mul_(borrow(tensors, count), borrow(factor));
  });
}

ct_status_t ct_add_in_place(const ct_tensor_t *targets, const ct_tensor_t *sources, int64_t count, double factor) {
  return guarded([&] {
    at::NoGradGuard no_grad;
    at::_foreach_add_(borrow(targets, count), borrow(sources, count), factor);
  });
}
