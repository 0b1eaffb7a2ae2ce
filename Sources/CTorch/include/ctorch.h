// The C face of libtorch: hand-picked operators, no C++ types.
//
// Every call answers with a status; tensors come back owned and are given back with ct_release. Operators record for
// automatic differentiation only between ct_set_recording(true) and ct_set_recording(false) on the calling thread.

#ifndef CTORCH_H
#define CTORCH_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ct_tensor *ct_tensor_t;
typedef struct ct_generator *ct_generator_t;

typedef enum { CT_OK, CT_SHAPE, CT_DTYPE, CT_DEVICE, CT_MEMORY, CT_OTHER } ct_code_t;
typedef struct {
  ct_code_t code;
  char *message;  // null when ok; else the caller frees it
} ct_status_t;

typedef enum {
  CT_FLOAT32, CT_FLOAT64, CT_BFLOAT16, CT_FLOAT16, CT_INT64, CT_INT32, CT_UINT8, CT_BOOL
} ct_dtype_t;
typedef enum { CT_CPU, CT_CUDA, CT_MPS } ct_device_type_t;
typedef struct {
  ct_device_type_t type;
  int32_t index;
} ct_device_t;

// ---- Life, description -------------------------------------------------------------------------------------------
const char *ct_library_version(void);  // of the libtorch this was built with
void ct_release(ct_tensor_t tensor);
int64_t ct_live_tensor_count(void);
int64_t ct_dimension_count(ct_tensor_t tensor);
const int64_t *ct_sizes(ct_tensor_t tensor);  // ct_dimension_count of them, valid while the tensor lives
int64_t ct_element_count(ct_tensor_t tensor);
ct_dtype_t ct_dtype(ct_tensor_t tensor);
ct_device_t ct_device(ct_tensor_t tensor);
bool ct_is_contiguous(ct_tensor_t tensor);
void *ct_data(ct_tensor_t tensor);  // the first element of a contiguous tensor on the CPU, valid while the tensor lives

// ---- Devices and threads -----------------------------------------------------------------------------------------
ct_status_t ct_device_count(ct_device_type_t type, int32_t *out);
ct_status_t ct_device_synchronize(ct_device_t device);
void ct_set_thread_count(int32_t count);
int32_t ct_thread_count(void);
// Freed memory stays with the process instead of going back to the system (glibc; else nothing).
void ct_keep_freed_memory(void);

// ---- Creation, transfer ------------------------------------------------------------------------------------------
ct_status_t ct_full(const int64_t *shape, int64_t rank, double value, ct_dtype_t dtype, ct_device_t device, ct_tensor_t *out);
ct_status_t ct_empty(const int64_t *shape, int64_t rank, ct_dtype_t dtype, ct_device_t device, ct_tensor_t *out);
ct_status_t ct_arange(double start, double end, double step, ct_dtype_t dtype, ct_device_t device, ct_tensor_t *out);
ct_status_t ct_from_bytes(const void *bytes, const int64_t *shape, int64_t rank, ct_dtype_t dtype, ct_device_t device, ct_tensor_t *out);
ct_status_t ct_copy_to_host(ct_tensor_t tensor, ct_dtype_t dtype, void *destination);
ct_status_t ct_to(ct_tensor_t tensor, ct_dtype_t dtype, ct_device_t device, ct_tensor_t *out);
ct_status_t ct_clone(ct_tensor_t tensor, ct_tensor_t *out);
ct_status_t ct_copy_into(ct_tensor_t destination, ct_tensor_t source);

// ---- Pointwise ---------------------------------------------------------------------------------------------------
#define CT_UNARY_OPERATORS(X)                                                                                        \
  X(neg) X(exp) X(log) X(log1p) X(expm1) X(sqrt) X(rsqrt) X(square) X(abs) X(tanh) X(sigmoid) X(log_sigmoid) X(relu)  \
  X(silu) X(gelu) X(cos) X(sin) X(reciprocal) X(sign) X(logical_not) X(isfinite)
#define CT_BINARY_OPERATORS(X)                                                                                       \
  X(add) X(sub) X(mul) X(div) X(pow) X(minimum) X(maximum) X(eq) X(ne) X(lt) X(le) X(gt) X(ge) X(logical_and)         \
  X(logical_or)
#define CT_SCALAR_OPERATORS(X) X(add) X(mul) X(pow) X(eq) X(ne) X(lt) X(le) X(gt) X(ge)
#define CT_DECLARE_UNARY(name) ct_status_t ct_##name(ct_tensor_t tensor, ct_tensor_t *out);
#define CT_DECLARE_BINARY(name) ct_status_t ct_##name(ct_tensor_t left, ct_tensor_t right, ct_tensor_t *out);
#define CT_DECLARE_SCALAR(name) ct_status_t ct_##name##_scalar(ct_tensor_t left, double right, ct_tensor_t *out);
CT_UNARY_OPERATORS(CT_DECLARE_UNARY)
CT_BINARY_OPERATORS(CT_DECLARE_BINARY)
CT_SCALAR_OPERATORS(CT_DECLARE_SCALAR)
ct_status_t ct_clamp(ct_tensor_t tensor, double lower, double upper, ct_tensor_t *out);  // infinite bounds are allowed
ct_status_t ct_where(ct_tensor_t condition, ct_tensor_t yes, ct_tensor_t no, ct_tensor_t *out);
ct_status_t ct_masked_fill(ct_tensor_t tensor, ct_tensor_t mask, double value, ct_tensor_t *out);

// ---- Reductions and order ----------------------------------------------------------------------------------------
// `dimensions` empty: over all of them.
ct_status_t ct_sum(ct_tensor_t tensor, const int64_t *dimensions, int64_t count, bool keep, ct_tensor_t *out);
ct_status_t ct_mean(ct_tensor_t tensor, const int64_t *dimensions, int64_t count, bool keep, ct_tensor_t *out);
ct_status_t ct_amax(ct_tensor_t tensor, const int64_t *dimensions, int64_t count, bool keep, ct_tensor_t *out);
ct_status_t ct_amin(ct_tensor_t tensor, const int64_t *dimensions, int64_t count, bool keep, ct_tensor_t *out);
ct_status_t ct_logsumexp(ct_tensor_t tensor, int64_t dimension, bool keep, ct_tensor_t *out);
ct_status_t ct_argmax(ct_tensor_t tensor, int64_t dimension, ct_tensor_t *out);
ct_status_t ct_cumsum(ct_tensor_t tensor, int64_t dimension, ct_tensor_t *out);
// out[r][t] = mask[r][t]·(tensor[r][t] + factor·out[r][t+1]): sums from each place to the end.
ct_status_t ct_discounted_sums(ct_tensor_t tensor, ct_tensor_t mask, double factor, ct_tensor_t *out);
ct_status_t ct_all_finite(ct_tensor_t tensor, bool *out);
ct_status_t ct_sort(ct_tensor_t tensor, int64_t dimension, bool descending, ct_tensor_t *values, ct_tensor_t *indices);
ct_status_t ct_topk(ct_tensor_t tensor, int64_t count, int64_t dimension, ct_tensor_t *values, ct_tensor_t *indices);

// ---- Shape and selection -----------------------------------------------------------------------------------------
ct_status_t ct_reshape(ct_tensor_t tensor, const int64_t *shape, int64_t rank, ct_tensor_t *out);
ct_status_t ct_expand(ct_tensor_t tensor, const int64_t *shape, int64_t rank, ct_tensor_t *out);
ct_status_t ct_permute(ct_tensor_t tensor, const int64_t *order, int64_t rank, ct_tensor_t *out);
ct_status_t ct_narrow(ct_tensor_t tensor, int64_t dimension, int64_t start, int64_t length, ct_tensor_t *out);  // a view
ct_status_t ct_unbind(ct_tensor_t tensor, int64_t dimension, int64_t count, ct_tensor_t *out);  // `count` views
ct_status_t ct_contiguous(ct_tensor_t tensor, ct_tensor_t *out);
ct_status_t ct_concatenate(const ct_tensor_t *tensors, int64_t count, int64_t dimension, ct_tensor_t *out);
ct_status_t ct_stack(const ct_tensor_t *tensors, int64_t count, int64_t dimension, ct_tensor_t *out);
ct_status_t ct_index_select(ct_tensor_t tensor, int64_t dimension, ct_tensor_t indices, ct_tensor_t *out);
ct_status_t ct_gather(ct_tensor_t tensor, int64_t dimension, ct_tensor_t indices, ct_tensor_t *out);
ct_status_t ct_scatter(ct_tensor_t tensor, int64_t dimension, ct_tensor_t indices, ct_tensor_t source, ct_tensor_t *out);
ct_status_t ct_flip(ct_tensor_t tensor, int64_t dimension, ct_tensor_t *out);
ct_status_t ct_tril(ct_tensor_t tensor, int64_t diagonal, ct_tensor_t *out);

// ---- Linear algebra and layers -----------------------------------------------------------------------------------
ct_status_t ct_matmul(ct_tensor_t left, ct_tensor_t right, ct_tensor_t *out);
// bias + input · weight for input [..., in] and weight [in, out]; bias may be null.
ct_status_t ct_affine(ct_tensor_t bias, ct_tensor_t input, ct_tensor_t weight, ct_tensor_t *out);
ct_status_t ct_layer_norm(ct_tensor_t input, ct_tensor_t weight, ct_tensor_t bias, double epsilon, ct_tensor_t *out);
ct_status_t ct_rms_norm(ct_tensor_t input, ct_tensor_t weight, double epsilon, ct_tensor_t *out);
ct_status_t ct_gelu_tanh(ct_tensor_t tensor, ct_tensor_t *out);
// Affine layers of x [n, in] with tanh or else max(0, ·) after each, the last one left linear where `ends_linear`; weights [in, out],
// biases [out].
ct_status_t ct_perceptron(
  ct_tensor_t input, const ct_tensor_t *weights, const ct_tensor_t *biases, int64_t count, bool is_tanh, bool ends_linear,
  ct_tensor_t *out);
ct_status_t ct_embedding(ct_tensor_t weight, ct_tensor_t indices, bool sparse_gradient, ct_tensor_t *out);
ct_status_t ct_softmax(ct_tensor_t tensor, int64_t dimension, ct_tensor_t *out);
ct_status_t ct_log_softmax(ct_tensor_t tensor, int64_t dimension, ct_tensor_t *out);
// query, key, value: [batch, heads, time, width]; mask null, boolean (true: may look) or additive.
ct_status_t ct_attention(ct_tensor_t query, ct_tensor_t key, ct_tensor_t value, ct_tensor_t mask, bool causal, double scale, ct_tensor_t *out);

// Statistics of the softmax policy with logits = hidden · weightᵀ / temperature, in chunks of rows, so that
// [rows, vocabulary] is never held; gradients (to hidden and weight) recompute a chunk's logits.
// hidden [n, d], weight [v, d], targets [n, k] int64 → log_probabilities [n, k], entropies [n].
// With reference_hidden [n, d'] and reference_weight [v, d'] (else null): divergences [n], the full-vocabulary
// KL(policy ‖ reference); else *divergences is null. `chunk` logits are held at a time; where all of them are at most `kept`,
// they stay for the gradients. On the CPU kernels do it, unless by_operators.
ct_status_t ct_token_statistics(
  ct_tensor_t hidden, ct_tensor_t weight, ct_tensor_t targets, double temperature, ct_tensor_t reference_hidden,
  ct_tensor_t reference_weight, int64_t chunk, int64_t kept, bool by_operators, ct_tensor_t *log_probabilities,
  ct_tensor_t *entropies, ct_tensor_t *divergences);

// ---- Policy optimization -----------------------------------------------------------------------------------------
// Of softmax policies over logits [n, a]: log π(choices) [n], entropies [n] and, with prior = log π_old [n, a] (else null),
// KL(π_old ‖ π) [n]; gradients to logits.
ct_status_t ct_categorical_statistics(
  ct_tensor_t logits, ct_tensor_t choices, ct_tensor_t prior, ct_tensor_t *log_probabilities, ct_tensor_t *entropies,
  ct_tensor_t *divergences);
// −min(ρA, clip(ρ, 1 ± range)A) for ρ = exp(log_ratios), with dual > 1 at most −dual·A where A < 0, and 1 where a bound holds;
// gradients to log_ratios.
ct_status_t ct_clipped_surrogate(
  ct_tensor_t log_ratios, ct_tensor_t advantages, double range, double dual, ct_tensor_t *losses, ct_tensor_t *clipped);

// A part of the graph that keeps only its input and is computed again for its gradients. The body takes the reference to its
// input and answers with one of its own; `again` tells the second time. `release` is called when the body is needed no more.
typedef ct_tensor_t (*ct_body_t)(void *context, ct_tensor_t input, bool again);
typedef void (*ct_body_release_t)(void *context);
ct_status_t ct_recomputed(
  ct_tensor_t input, const ct_tensor_t *parameters, int64_t count, ct_body_t call, ct_body_release_t release, void *context,
  ct_tensor_t *out);
ct_tensor_t ct_retain(ct_tensor_t tensor);  // one more reference

// ---- Randomness --------------------------------------------------------------------------------------------------
ct_status_t ct_generator_create(ct_device_t device, uint64_t seed, ct_generator_t *out);
void ct_generator_release(ct_generator_t generator);
ct_status_t ct_generator_state(ct_generator_t generator, ct_tensor_t *out);
ct_status_t ct_generator_set_state(ct_generator_t generator, ct_tensor_t state);
ct_status_t ct_normal(const int64_t *shape, int64_t rank, double mean, double deviation, ct_dtype_t dtype, ct_device_t device, ct_generator_t generator, ct_tensor_t *out);
ct_status_t ct_uniform(const int64_t *shape, int64_t rank, double lower, double upper, ct_dtype_t dtype, ct_device_t device, ct_generator_t generator, ct_tensor_t *out);
ct_status_t ct_permutation(int64_t count, ct_device_t device, ct_generator_t generator, ct_tensor_t *out);
// One index per row, with probability softmax(logits) along the last dimension: by draws of the generator, or by given ones in [0, 1).
ct_status_t ct_sample_categorical(ct_tensor_t logits, ct_generator_t generator, ct_tensor_t *out);
ct_status_t ct_choose_categorical(ct_tensor_t logits, ct_tensor_t levels, ct_tensor_t *out);
// softmax(Q Kᵀ · scale) with dropout on its weights, times V, fused, on the CPU in float32 or float64; shapes as in ct_attention,
// with `causal` the last query stands at the last key. `generator` null with probability 0: no dropout.
ct_status_t ct_fused_attention(
  ct_tensor_t query, ct_tensor_t key, ct_tensor_t value, bool causal, double scale, double probability,
  ct_generator_t generator, ct_tensor_t *out);
// The same for packed = [batch, time, 3, heads, width], queries before keys before values; out [batch, time, heads, width].
ct_status_t ct_packed_attention(
  ct_tensor_t packed, bool causal, double scale, double probability, ct_generator_t generator, ct_tensor_t *out);
// The same for one new token a row, packed = [batch, 1, 3, heads, width], with no gradient: its keys and values are written at
// `length` into cache = [2, batch, heads, capacity, width], and it attends to those up to its own. Widths that fours divide.
ct_status_t ct_cached_attention(
  ct_tensor_t packed, ct_tensor_t cache, int64_t length, double scale, double probability, ct_generator_t generator,
  ct_tensor_t *out);
// input · mask / (1 − probability), mask ~ Bernoulli(1 − probability)
ct_status_t ct_dropout(ct_tensor_t input, double probability, ct_generator_t generator, ct_tensor_t *out);

// ---- Automatic differentiation -----------------------------------------------------------------------------------
void ct_set_recording(bool recording);
bool ct_is_recording(void);
bool ct_requires_gradient(ct_tensor_t tensor);
ct_status_t ct_set_requires_gradient(ct_tensor_t tensor, bool value);
ct_status_t ct_detach(ct_tensor_t tensor, ct_tensor_t *out);
// out[i] = ∂output/∂inputs[i], zeros where there is no path. With `record`, the gradients can be differentiated again.
ct_status_t ct_gradients(ct_tensor_t output, const ct_tensor_t *inputs, int64_t count, bool record, ct_tensor_t *out);

// ---- Optimization ------------------------------------------------------------------------------------------------
// In place, fused: Loshchilov & Hutter's AdamW with ε outside the bias-corrected root, as in PyTorch. Gradients count
// gradient_scale times; they may be overwritten.
ct_status_t ct_adamw_step(
  const ct_tensor_t *parameters, const ct_tensor_t *gradients, const ct_tensor_t *first_moments,
  const ct_tensor_t *second_moments, const ct_tensor_t *steps, int64_t count, double learning_rate, double beta1,
  double beta2, double weight_decay, double epsilon, double gradient_scale);
ct_status_t ct_gradient_norm(const ct_tensor_t *gradients, int64_t count, ct_tensor_t *out);
ct_status_t ct_scale_in_place(const ct_tensor_t *tensors, int64_t count, ct_tensor_t factor);
ct_status_t ct_add_in_place(const ct_tensor_t *targets, const ct_tensor_t *sources, int64_t count, double factor);

#ifdef __cplusplus
}
#endif
#endif
