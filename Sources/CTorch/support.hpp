// Shared by every area of the shim: handles, the error boundary, recording.

#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <c10/util/Exception.h>
#include <c10/util/FunctionRef.h>

#include <atomic>
#include <cstring>
#include <string>
#include <vector>

#include "ctorch.h"

namespace ctorch {

extern std::atomic<int64_t> live_tensors;
extern thread_local bool recording;

inline ct_tensor_t give(at::Tensor tensor) {
  live_tensors.fetch_add(1, std::memory_order_relaxed);
  return reinterpret_cast<ct_tensor_t>(tensor.unsafeReleaseTensorImpl());
}

// A handle is the TensorImpl itself; borrowing takes a reference for the length of the call.
inline at::Tensor borrow(ct_tensor_t handle) {
  auto *pointer = reinterpret_cast<c10::TensorImpl *>(handle);
  return at::Tensor(c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim_copy(pointer));
}

inline std::vector<at::Tensor> borrow(const ct_tensor_t *handles, int64_t count) {
  std::vector<at::Tensor> tensors;
  tensors.reserve(count);
  for (int64_t i = 0; i < count; ++i) tensors.push_back(borrow(handles[i]));
  return tensors;
}

inline std::optional<at::Tensor> borrow_optional(ct_tensor_t handle) {
  return handle ? std::optional<at::Tensor>(borrow(handle)) : std::nullopt;
}

ct_status_t failure(ct_code_t code, const char *message);

// Runs a body behind the error boundary: no C++ exception leaves the shim.
template <class Body>
ct_status_t guarded(Body &&body) noexcept {
  try {
    at::AutoGradMode mode(recording);
    body();
    return {CT_OK, nullptr};
  } catch (const c10::OutOfMemoryError &error) {
    return failure(CT_MEMORY, error.what_without_backtrace());
  } catch (const c10::Error &error) {
    return failure(CT_OTHER, error.what_without_backtrace());
  } catch (const std::bad_alloc &) {
    return failure(CT_MEMORY, "out of memory");
  } catch (const std::exception &error) {
    return failure(CT_OTHER, error.what());
  } catch (...) {
    return failure(CT_OTHER, "unknown native exception");
  }
}

at::ScalarType scalar_type(ct_dtype_t dtype);
ct_dtype_t dtype_of(at::ScalarType type);
at::Device device_of(ct_device_t device);
at::Generator &generator_of(ct_generator_t generator);
// Calls `body(begin, end)` for parts of 0..<count, of at least `grain` each, on libtorch's threads.
void in_parallel(int64_t count, int64_t grain, c10::function_ref<void(int64_t, int64_t)> body);
// A fresh key for masks that are hashes of it.
int64_t drawn_key(at::Generator &generator);

// What the kernels of this shim take.
inline bool has_kernels(const at::Tensor &x) {
  return x.is_cpu() && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kDouble);
}

inline at::TensorOptions options(ct_dtype_t dtype, ct_device_t device) {
  return at::TensorOptions().dtype(scalar_type(dtype)).device(device_of(device));
}

}  // namespace ctorch
