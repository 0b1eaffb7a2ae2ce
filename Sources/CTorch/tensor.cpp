// Life of a handle, description, devices, creation and transfer.

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/TensorIterator.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>

#include <torch/version.h>

#include <limits>

#include "support.hpp"

#ifdef __GLIBC__
#include <malloc.h>
#endif

using namespace ctorch;

std::atomic<int64_t> ctorch::live_tensors{0};
thread_local bool ctorch::recording = false;

ct_status_t ctorch::failure(ct_code_t code, const char *message) { return {code, strdup(message)}; }

at::ScalarType ctorch::scalar_type(ct_dtype_t dtype) {
  switch (dtype) {
    case CT_FLOAT32: return at::kFloat;
    case CT_FLOAT64: return at::kDouble;
    case CT_BFLOAT16: return at::kBFloat16;
    case CT_FLOAT16: return at::kHalf;
    case CT_INT64: return at::kLong;
    case CT_INT32: return at::kInt;
    case CT_UINT8: return at::kByte;
    case CT_BOOL: return at::kBool;
  }
  TORCH_CHECK(false, "unknown dtype ", static_cast<int>(dtype));
}

ct_dtype_t ctorch::dtype_of(at::ScalarType type) {
  switch (type) {
    case at::kFloat: return CT_FLOAT32;
    case at::kDouble: return CT_FLOAT64;
    case at::kBFloat16: return CT_BFLOAT16;
    case at::kHalf: return CT_FLOAT16;
    case at::kLong: return CT_INT64;
    case at::kInt: return CT_INT32;
    case at::kByte: return CT_UINT8;
    case at::kBool: return CT_BOOL;
    default: TORCH_CHECK(false, "a tensor of type ", type, " has no name here");
  }
}

at::Device ctorch::device_of(ct_device_t device) {
  switch (device.type) {
    case CT_CPU: return at::Device(at::kCPU);
    case CT_CUDA: return at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(device.index));
    case CT_MPS: return at::Device(at::kMPS, static_cast<c10::DeviceIndex>(device.index));
  }
  TORCH_CHECK(false, "unknown device ", static_cast<int>(device.type));
}

const char *ct_library_version(void) { return TORCH_VERSION; }

void ct_release(ct_tensor_t tensor) {
  live_tensors.fetch_sub(1, std::memory_order_relaxed);
  c10::raw::intrusive_ptr::decref(reinterpret_cast<c10::TensorImpl *>(tensor));
}

int64_t ct_live_tensor_count(void) { return live_tensors.load(std::memory_order_relaxed); }
int64_t ct_dimension_count(ct_tensor_t tensor) { return reinterpret_cast<c10::TensorImpl *>(tensor)->dim(); }
const int64_t *ct_sizes(ct_tensor_t tensor) { return reinterpret_cast<c10::TensorImpl *>(tensor)->sizes().data(); }
int64_t ct_element_count(ct_tensor_t tensor) { return reinterpret_cast<c10::TensorImpl *>(tensor)->numel(); }
ct_dtype_t ct_dtype(ct_tensor_t tensor) { return dtype_of(borrow(tensor).scalar_type()); }
bool ct_is_contiguous(ct_tensor_t tensor) { return borrow(tensor).is_contiguous(); }
void *ct_data(ct_tensor_t tensor) { return borrow(tensor).data_ptr(); }

ct_device_t ct_device(ct_tensor_t tensor) {
  const at::Device device = borrow(tensor).device();
  const auto type = device.is_cuda() ? CT_CUDA : device.is_mps() ? CT_MPS : CT_CPU;
  return {type, device.has_index() ? device.index() : 0};
}

ct_status_t ct_device_count(ct_device_type_t type, int32_t *out) {
  return guarded([&] {
    if (type == CT_CPU) { *out = 1; return; }
    if (type == CT_CUDA) { *out = at::hasCUDA() ? at::detail::getCUDAHooks().deviceCount() : 0; return; }
    *out = at::hasMPS() ? 1 : 0;
  });
}

ct_status_t ct_device_synchronize(ct_device_t device) {
  return guarded([&] {
    if (device.type == CT_CUDA) at::detail::getCUDAHooks().deviceSynchronize(static_cast<c10::DeviceIndex>(device.index));
    if (device.type == CT_MPS) at::detail::getMPSHooks().deviceSynchronize();
  });
}

// libtorch's own threads are reached through one of its loops: at::parallel_for needs the compiler's OpenMP, which would bring a
// second pool of threads.
void ctorch::in_parallel(int64_t count, int64_t grain, c10::function_ref<void(int64_t, int64_t)> body) {
  if (count <= grain || at::get_num_threads() == 1) return body(0, count);
  at::NoGradGuard no_grad;
  auto places = at::arange(count, at::kLong);
  auto loop = at::TensorIteratorConfig()
                  .set_check_mem_overlap(false)
                  .check_all_same_dtype(false)
                  .resize_outputs(false)
                  .declare_static_shape(places.sizes())
                  .add_output(places)
                  .build();
  loop.for_each(
      [&](char **data, const int64_t *, int64_t length) {
        const int64_t begin = *reinterpret_cast<const int64_t *>(data[0]);
        body(begin, begin + length);
      },
      grain);
}

void ct_keep_freed_memory(void) {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
#endif
}

void ct_set_thread_count(int32_t count) { at::set_num_threads(count); }
int32_t ct_thread_count(void) { return at::get_num_threads(); }

ct_status_t ct_full(const int64_t *shape, int64_t rank, double value, ct_dtype_t dtype, ct_device_t device, ct_tensor_t *out) {
  return guarded([&] { *out = give(at::full(at::IntArrayRef(shape, rank), value, options(dtype, device))); });
}

ct_status_t ct_empty(const int64_t *shape, int64_t rank, ct_dtype_t dtype, ct_device_t device, ct_tensor_t *out) {
  return guarded([&] { *out = give(at::empty(at::IntArrayRef(shape, rank), options(dtype, device))); });
}

ct_status_t ct_arange(double start, double end, double step, ct_dtype_t dtype, ct_device_t device, ct_tensor_t *out) {
  return guarded([&] { *out = give(at::arange(start, end, step, options(dtype, device))); });
}

ct_status_t ct_from_bytes(const void *bytes, const int64_t *shape, int64_t rank, ct_dtype_t dtype, ct_device_t device, ct_tensor_t *out) {
  return guarded([&] {
    auto host = at::empty(at::IntArrayRef(shape, rank), at::TensorOptions().dtype(scalar_type(dtype)));
    if (host.numel() > 0) std::memcpy(host.data_ptr(), bytes, host.nbytes());
    // From pinned memory the copy goes on by itself, in the order of the device's work.
    if (device.type == CT_CUDA && at::hasCUDA()) *out = give(host.pin_memory().to(device_of(device), /*non_blocking=*/true));
    else *out = give(device.type == CT_CPU ? host : host.to(device_of(device)));
  });
}

ct_status_t ct_copy_to_host(ct_tensor_t tensor, ct_dtype_t dtype, void *destination) {
  return guarded([&] {
    at::NoGradGuard no_grad;
    auto host = borrow(tensor).detach().to(at::kCPU, scalar_type(dtype)).contiguous();
    if (host.numel() > 0) std::memcpy(destination, host.data_ptr(), host.nbytes());
  });
}

ct_status_t ct_to(ct_tensor_t tensor, ct_dtype_t dtype, ct_device_t device, ct_tensor_t *out) {
  return guarded([&] { *out = give(borrow(tensor).to(device_of(device), scalar_type(dtype))); });
}

ct_status_t ct_clone(ct_tensor_t tensor, ct_tensor_t *out) {
  return guarded([&] { *out = give(borrow(tensor).clone()); });
}

ct_status_t ct_copy_into(ct_tensor_t destination, ct_tensor_t source) {
  return guarded([&] { borrow(destination).copy_(borrow(source)); });
}
