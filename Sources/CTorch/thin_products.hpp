#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

namespace ctorch {

// x · W + b of a few rows with a large matrix on the CPU, in the type of its operands with sums in float32; nothing where
// libtorch's own product does better, or is asked for gradients.
std::optional<at::Tensor> thin_product(const at::Tensor &x, const at::Tensor &weight, const std::optional<at::Tensor> &bias);

}  // namespace ctorch
