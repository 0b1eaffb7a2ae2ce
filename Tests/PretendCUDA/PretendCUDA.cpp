#include "PretendCUDA.h"

#include <ATen/Context.h>
#include <ATen/EmptyTensor.h>
#include <ATen/core/Tensor.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/stack.h>
#include <ATen/ops/_scaled_dot_product_attention_math.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/view_native.h>
#include <ATen/ops/zeros.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/library.h>

#include <atomic>
#include <cstdlib>
#include <limits>
#include <memory>
#include <vector>

namespace {

const c10::Device cuda(c10::kCUDA, 0);
std::atomic<long> operators{0};

// Memory of the processor that says it is the device's.
struct Memory final : c10::Allocator {
  c10::DataPtr allocate(size_t count) override {
    void *data = count ? std::malloc(count) : nullptr;
    return {data, data, &std::free, cuda};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &std::free; }
  void copy_data(void *target, const void *source, size_t count) const override { default_copy_data(target, source, count); }
};

Memory memory;

// One device, one stream, and nothing to wait for.
struct Guard final : c10::impl::DeviceGuardImplInterface {
  c10::DeviceType type() const override { return c10::kCUDA; }
  c10::Device exchangeDevice(c10::Device) const override { return cuda; }
  c10::Device getDevice() const override { return cuda; }
  void setDevice(c10::Device) const override {}
  void uncheckedSetDevice(c10::Device) const noexcept override {}
  c10::Stream getStream(c10::Device device) const override { return c10::Stream(c10::Stream::DEFAULT, device); }
  c10::Stream exchangeStream(c10::Stream stream) const override { return stream; }
  c10::DeviceIndex deviceCount() const noexcept override { return 1; }
};

// What libtorch asks the library of the device.
struct Hooks final : at::CUDAHooksInterface {
  explicit Hooks(at::CUDAHooksArgs) {}
  void init() const override {}
  bool hasCUDA() const override { return true; }
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  bool hasPrimaryContext(c10::DeviceIndex) const override { return true; }
  bool isPinnedPtr(const void *) const override { return false; }
  int getNumGPUs() const override { return 1; }
  c10::DeviceIndex deviceCount() const override { return 1; }
  c10::DeviceIndex current_device() const override { return 0; }
  c10::Allocator *getPinnedMemoryAllocator() const override { return c10::GetCPUAllocator(); }
  void deviceSynchronize(c10::DeviceIndex) const override {}
  const at::Generator &getDefaultGenerator(c10::DeviceIndex) const override { return at::detail::getDefaultCPUGenerator(); }
};

// The same memory under another name, which is kept for as long as somebody looks at it.
at::Tensor renamed(const at::Tensor &tensor, c10::Device device) {
  const auto &storage = tensor.storage();
  auto *keeper = new c10::Storage(storage);
  c10::DataPtr data(const_cast<void *>(storage.data()), keeper, [](void *kept) { delete static_cast<c10::Storage *>(kept); }, device);
  c10::Storage other(c10::Storage::use_byte_size_t(), storage.nbytes(), std::move(data), /*allocator=*/nullptr, /*resizable=*/false);
  const auto key = device.is_cuda() ? c10::DispatchKey::CUDA : c10::DispatchKey::CPU;
  auto made = at::detail::make_tensor<c10::TensorImpl>(std::move(other), c10::DispatchKeySet(key), tensor.dtype());
  made.unsafeGetTensorImpl()->set_sizes_and_strides(tensor.sizes(), tensor.strides(), tensor.storage_offset());
  return made;
}

// One call of an operator: its arguments under the processor's name, its answers under the device's.
class Call {
 public:
  explicit Call(const c10::OperatorHandle &handle) : handle(handle) {}

  void run(torch::jit::Stack *stack) {
    const auto &schema = handle.schema();
    const size_t count = schema.arguments().size(), first = stack->size() - count;
    for (size_t i = 0; i < count; ++i) (*stack)[first + i] = argument((*stack)[first + i]);
    TORCH_CHECK(
        others.empty() || originals.empty(), schema.operator_name(), ": tensors of ", cuda, " and of cpu, the latter of sizes ",
        others.front());
    handle.redispatchBoxed(c10::DispatchKeySet(c10::DispatchKey::CPU), stack);
    operators.fetch_add(1, std::memory_order_relaxed);
    adopt();
    const size_t results = schema.returns().size(), start = stack->size() - results;
    for (size_t i = 0; i < results; ++i) (*stack)[start + i] = answer((*stack)[start + i]);
  }

 private:
  const c10::OperatorHandle &handle;
  // Tensors of the processor that are more than a number, which go with any device.
  std::vector<std::vector<int64_t>> others;
  std::vector<std::pair<at::Tensor, at::Tensor>> originals;  // on the device, and under the processor's name

  at::Tensor borrowed(const at::Tensor &tensor) {
    if (!tensor.defined()) return tensor;
    if (!tensor.is_cuda()) {
      if (tensor.dim() > 0) others.push_back(tensor.sizes().vec());
      return tensor;
    }
    for (const auto &[own, alias] : originals)
      if (own.is_same(tensor)) return alias;
    // What is to be filled has no memory yet.
    auto alias = tensor.storage().nbytes() == 0 ? at::empty({0}, tensor.options().device(at::kCPU)) : renamed(tensor, at::kCPU);
    if (tensor.storage().nbytes() == 0 && tensor.dim() != 1) alias = alias.view(tensor.sizes());
    originals.emplace_back(tensor, alias);
    return alias;
  }

  c10::IValue argument(const c10::IValue &value) {
    if (value.isTensor()) return borrowed(value.toTensor());
    TORCH_CHECK(!value.isGenerator(), handle.schema().operator_name(), ": draws on ", cuda, " from a generator of cpu");
    if (value.isDevice() && value.toDevice().is_cuda()) return c10::Device(c10::kCPU);
    if (!value.isList()) return value;
    const auto list = value.toList();
    const bool isOptional = list.elementType()->kind() == c10::TypeKind::OptionalType;
    if (value.isTensorList()) {
      c10::List<at::Tensor> tensors;
      for (const at::Tensor &tensor : value.toTensorVector()) tensors.push_back(borrowed(tensor));
      return tensors;
    }
    if (!isOptional || !value.isOptionalTensorList()) return value;
    c10::List<std::optional<at::Tensor>> tensors;
    for (const auto &tensor : value.toOptionalTensorVector())
      tensors.push_back(tensor ? std::optional<at::Tensor>(borrowed(*tensor)) : std::nullopt);
    return tensors;
  }

  // What an operator has given new memory to, or another shape, has it under the device's name too.
  void adopt() {
    for (auto &[own, alias] : originals) {
      if (own.storage().data() == alias.storage().data() && own.sizes() == alias.sizes()) continue;
      if (own.storage().data() != alias.storage().data()) {
        auto *implementation = own.unsafeGetTensorImpl();
        implementation->set_storage_keep_dtype(renamed(alias, cuda).storage());
      }
      own.unsafeGetTensorImpl()->set_sizes_and_strides(alias.sizes(), alias.strides(), alias.storage_offset());
    }
  }

  at::Tensor owned(const at::Tensor &tensor) {
    if (!tensor.defined() || tensor.is_cuda()) return tensor;
    for (const auto &[own, alias] : originals)
      if (alias.is_same(tensor)) return own;
    return renamed(tensor, cuda);
  }

  c10::IValue answer(const c10::IValue &value) {
    if (value.isTensor()) return owned(value.toTensor());
    if (!value.isTensorList()) return value;
    c10::List<at::Tensor> tensors;
    for (const at::Tensor &tensor : value.toTensorVector()) tensors.push_back(owned(tensor));
    return tensors;
  }
};

void any(const c10::OperatorHandle &handle, c10::DispatchKeySet, torch::jit::Stack *stack) { Call(handle).run(stack); }

at::Tensor empty(
    at::IntArrayRef size, std::optional<at::ScalarType> type, std::optional<at::Layout>, std::optional<at::Device>,
    std::optional<bool>, std::optional<at::MemoryFormat> format) {
  return at::detail::empty_generic(
      size, &memory, c10::DispatchKeySet(c10::DispatchKey::CUDA), type.value_or(at::kFloat), format);
}

at::Tensor empty_strided(
    at::IntArrayRef size, at::IntArrayRef stride, std::optional<at::ScalarType> type, std::optional<at::Layout>,
    std::optional<at::Device>, std::optional<bool>) {
  return at::detail::empty_strided_generic(
      size, stride, &memory, c10::DispatchKeySet(c10::DispatchKey::CUDA), type.value_or(at::kFloat));
}

// Between the devices: the one operator that may see both.
at::Tensor &copy(at::Tensor &self, const at::Tensor &source, bool) {
  const auto host = [](const at::Tensor &tensor) { return tensor.is_cuda() ? renamed(tensor, at::kCPU) : tensor; };
  at::AutoDispatchBelowAutograd guard;
  host(self).copy_(host(source));
  return self;
}

at::Tensor attention(
    const at::Tensor &queries, const at::Tensor &keys, const at::Tensor &values, const std::optional<at::Tensor> &mask,
    double dropout, bool isCausal, std::optional<double> scale, bool isGrouped) {
  // The operator adds its mask: what is not allowed is −∞.
  std::optional<at::Tensor> added = mask;
  if (mask && mask->scalar_type() == at::kBool)
    added = at::zeros(mask->sizes(), queries.options()).masked_fill_(mask->logical_not(), -std::numeric_limits<double>::infinity());
  return std::get<0>(
      at::_scaled_dot_product_attention_math(queries, keys, values, added, dropout, isCausal, std::nullopt, scale, isGrouped));
}

struct Installed {
  std::unique_ptr<c10::impl::DeviceGuardImplRegistrar> guard;
  std::unique_ptr<torch::Library> fallback, own, differentiable;
};

}  // namespace

int pretend_cuda_install(void) {
  static Installed installed;
  if (installed.fallback) return 1;
  at::CUDAHooksRegistry()->Register("CUDAHooks", [](at::CUDAHooksArgs arguments) -> std::unique_ptr<at::CUDAHooksInterface> {
    return std::make_unique<Hooks>(arguments);
  });
  // libtorch asks for them once: another library's may be there, or nobody's.
  if (!dynamic_cast<const Hooks *>(&at::detail::getCUDAHooks())) return 0;
  const auto library = [](torch::Library::Kind kind, const char *space, c10::DispatchKey key) {
    return std::make_unique<torch::Library>(kind, space, key, __FILE__, __LINE__);
  };
  installed.guard = std::make_unique<c10::impl::DeviceGuardImplRegistrar>(c10::kCUDA, new Guard);
  installed.fallback = library(torch::Library::IMPL, "_", c10::DispatchKey::CUDA);
  installed.fallback->fallback(torch::CppFunction::makeFromBoxedFunction<&any>());
  installed.own = library(torch::Library::IMPL, "aten", c10::DispatchKey::CUDA);
  installed.own->impl("empty.memory_format", &empty);
  installed.own->impl("empty_strided", &empty_strided);
  installed.own->impl("as_strided", &at::native::as_strided_tensorimpl);
  installed.own->impl("view", &at::native::view);
  installed.own->impl("copy_", &copy);
  installed.own->impl("scaled_dot_product_attention", &attention);
  installed.differentiable = library(torch::Library::IMPL, "aten", c10::DispatchKey::AutogradCUDA);
  installed.differentiable->impl("scaled_dot_product_attention", &attention);
  return 1;
}

long pretend_cuda_operator_count(void) { return operators.load(); }
