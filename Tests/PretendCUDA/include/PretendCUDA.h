// A device that calls itself CUDA and computes on the processor, for tests on machines without a GPU.

#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/// Makes tensors on "cuda:0" possible in this process, where the true library is not loaded: their operators are those of the
/// CPU, and refuse tensors of which some are on the one device and some on the other, as CUDA's do. Call it before the first
/// gradient of the process. No streams, no memory of its own, no CUDA kernel: this shows that programs keep devices apart, not
/// that kernels are right.
///
/// @return Whether it could be done.
int pretend_cuda_install(void);

/// How many operators have run on it.
long pretend_cuda_operator_count(void);

#ifdef __cplusplus
}
#endif
