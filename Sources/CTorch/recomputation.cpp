// Gradient checkpointing (Chen and others 2016, arXiv 1604.06174): a part of the graph that keeps only what went into it, and is
// computed again when its gradients are asked for.

#include <ATen/core/ivalue.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include "support.hpp"

using namespace ctorch;

namespace {

// What the caller handed over, with the promise to give it back when nobody needs it any more.
struct Body : torch::CustomClassHolder {
  ct_body_t call;
  ct_body_release_t release;
  void *context;

  Body(ct_body_t call, ct_body_release_t release, void *context) : call(call), release(release), context(context) {}
  Body(const Body &) = delete;
  ~Body() override { release(context); }

  at::Tensor operator()(const at::Tensor &input, bool again) const {
    const bool before = recording;
    recording = again;
    // The body takes the one reference and answers with another.
    const ct_tensor_t answer = call(context, give(input), again);
    recording = before;
    at::Tensor output = borrow(answer);
    ct_release(answer);
    return output;
  }
};

using Variables = torch::autograd::variable_list;

struct Recomputed : torch::autograd::Function<Recomputed> {
  static at::Tensor forward(
      torch::autograd::AutogradContext *context, const at::Tensor &input, at::TensorList parameters,
      const c10::intrusive_ptr<Body> &body) {
    context->saved_data["body"] = c10::IValue::make_capsule(body);
    at::Tensor output = (*body)(input.detach(), false);
    Variables sources = {input};
    sources.insert(sources.end(), parameters.begin(), parameters.end());
    context->save_for_backward(std::move(sources));
    return output;
  }

  static Variables backward(torch::autograd::AutogradContext *context, Variables gradients) {
    auto sources = context->get_saved_variables();
    const auto body = context->saved_data["body"].toCapsule();
    sources[0] = sources[0].detach().requires_grad_(true);
    Variables found;
    {
      at::AutoGradMode enabled(true);
      const auto output = (*static_cast<const Body *>(body.get()))(sources[0], true);
      found = torch::autograd::grad({output}, sources, {gradients[0]}, /*retain_graph=*/false, /*create_graph=*/false,
                                    /*allow_unused=*/true);
    }
    found.emplace_back();  // the body has no gradient
    return found;
  }
};

}  // namespace

ct_status_t ct_recomputed(
    ct_tensor_t input, const ct_tensor_t *parameters, int64_t count, ct_body_t call, ct_body_release_t release, void *context,
    ct_tensor_t *out) {
  return guarded([&] {
    const auto body = c10::make_intrusive<Body>(call, release, context);
    const auto sources = borrow(parameters, count);
    *out = give(Recomputed::apply(borrow(input), at::TensorList(sources), body));
  });
}

ct_tensor_t ct_retain(ct_tensor_t tensor) { return give(borrow(tensor)); }
